from dataclasses import replace

import pytest

from services.notifier.upkeep import Absence, absence_after, is_asked_first, still_served

NOON = 1_000.0


@pytest.mark.parametrize(
    ("clean", "idle", "asked"), [(True, 0, False), (True, 29.9, False), (True, 30, True), (False, 0, True)]
)
def test_the_relay_is_asked_after_a_silence_and_after_a_mail_it_has_not_taken(
    clean: bool, idle: float, asked: bool
) -> None:
    assert is_asked_first(clean=clean, idle=idle) is asked


def test_pauses_double_from_half_a_second_to_a_quarter_of_a_minute() -> None:
    absence, pauses = None, []
    for _ in range(8):
        absence = tried(absence)
        pauses.append(absence.pause)

    assert pauses == [0.5, 1, 2, 4, 8, 15, 15, 15]
    assert absence is not None
    assert absence.since == NOON


def test_connections_tried_at_once_count_as_one() -> None:
    first = absence_after(None, began=NOON, now=NOON + 15, detail="one")

    second = absence_after(first, began=NOON + 1, now=NOON + 16, detail="two")

    assert second == replace(first, detail="two")


def test_an_absence_nobody_has_looked_at_for_long_is_another_one() -> None:
    first = tried(None)

    second = absence_after(first, began=first.noticed + 3600, now=first.noticed + 3601, detail="away")

    assert second.since == first.noticed + 3600
    assert second.pause == 0.5


def test_a_relay_that_takes_mails_over_other_connections_is_not_away_but_left_in_peace() -> None:
    absence = tried(tried(None))

    served = still_served(absence, now=NOON + 99)

    assert served == replace(absence, since=NOON + 99)
    assert served.until == absence.until
    assert still_served(None, now=NOON) is None


def tried(previous: Absence | None) -> Absence:
    """Again, as soon as that is allowed."""
    began = previous.until if previous else NOON
    return absence_after(previous, began=began, now=began + 1, detail="away")
