from datetime import timedelta

import pytest

from services.notifier.phrases import duration, harmless, size, zone_of


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("  red \t panda\r\n cubs ", "red panda cubs"),
        ("see http://evil.example/x?y=1", "see http[:]//evil[.]example/x?y=1"),
        ("WWW.WIN.BIZ", "WWW[.]WIN[.]BIZ"),
        ("münchen.де", "münchen[.]де"),
        ("evil\u3002com evil\uff0ecom evil\uff61com", "evil[.]com evil[.]com evil[.]com"),
        ("write to me@evil.example", "write to me[at]evil[.]example"),
        ("3.5mm plug, U.S.A., v2.0 ...", "3.5mm plug, U.S.A., v2.0 ..."),
        ("a\u200bb\u2028c\u202ed\u2066e\x07f\ud800g", "a b c d e f g"),
        ("क्\u200dष 👩\u200d🚀", "क्\u200dष 👩\u200d🚀"),
    ],
)
def test_a_query_is_shown_as_one_line_without_links_or_invisible_signs(query: str, shown: str) -> None:
    assert harmless(query) == shown


def test_a_link_cut_by_the_length_limit_is_still_none() -> None:
    shown = harmless("x" * 150 + " evil.example.com")

    assert len(shown) <= 165
    assert shown.endswith("…")
    assert "evil.ex" not in shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (94_321_000, "94.3 MB"), (2_500_000_000, "2.5 GB")],
)
def test_sizes_are_told_in_the_unit_that_fits(count: int, shown: str) -> None:
    assert size(count) == shown


@pytest.mark.parametrize("name", ["", "America", "Mars/Olympus", "../../etc/passwd", "/etc/passwd"])
def test_what_is_no_time_zone_gives_way_to_the_default(name: str) -> None:
    assert zone_of(name, "Asia/Kolkata").key == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0.02, "1 second"),
        (0.5, "30 seconds"),
        (1, "1 minute"),
        (1.5, "1 minute"),
        (20, "20 minutes"),
        (60, "1 hour"),
        (90, "1 hour 30 minutes"),
        (1440, "24 hours"),
    ],
)
def test_a_duration_is_never_told_too_long(minutes: float, shown: str) -> None:
    assert duration(timedelta(minutes=minutes)) == shown
