from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.gateway.asking.times import LEAD, SkippedTimeError, moment_of, soon

BERLIN = ZoneInfo("Europe/Berlin")


def wall(text: str) -> datetime:
    """What a clock shows, wherever it hangs."""
    return datetime.fromisoformat(text)


def test_a_clock_time_means_an_instant() -> None:
    moment = moment_of(wall("2026-07-01 14:00"), BERLIN)

    assert moment.at == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert not moment.twice


@pytest.mark.parametrize(
    ("zone", "clock", "next_valid"),
    [
        ("Europe/Berlin", wall("2026-03-29 02:30"), wall("2026-03-29 03:00")),
        ("America/New_York", wall("2026-03-08 02:00"), wall("2026-03-08 03:00")),
        ("Pacific/Apia", wall("2011-12-30 10:00"), wall("2011-12-31 00:00")),
    ],
)
def test_a_time_the_clocks_skip_names_the_next_they_show(zone: str, clock: datetime, next_valid: datetime) -> None:
    with pytest.raises(SkippedTimeError) as skipped:
        moment_of(clock, ZoneInfo(zone))

    assert skipped.value.next_valid == next_valid


def test_of_a_time_that_comes_twice_the_first_is_taken() -> None:
    moment = moment_of(wall("2026-10-25 02:30"), BERLIN)

    assert moment.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment.twice


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Adak"])
@pytest.mark.parametrize("clock", [wall("0001-01-01 00:00"), wall("9999-12-31 23:59")])
def test_the_ends_of_the_calendar_are_times_too(zone: str, clock: datetime) -> None:
    assert abs(moment_of(clock, ZoneInfo(zone)).at.year - clock.year) <= 1


@pytest.mark.parametrize(
    ("now", "then"), [("11:00", "11:30"), ("11:15", "11:30"), ("11:16", "12:00"), ("23:50", "00:30")]
)
def test_a_form_suggests_a_full_or_half_hour_that_is_still_ahead_when_it_is_sent(now: str, then: str) -> None:
    moment = datetime.fromisoformat(f"2026-07-01T{now}:00+00:00")

    assert f"{soon(moment):%H:%M}" == then
    assert soon(moment) - moment >= LEAD
