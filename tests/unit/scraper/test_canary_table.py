"""What a canary prints fits a terminal, and says what it means."""

from datetime import date

from services.scraper.canary_table import HEAD, remark, rows
from services.scraper.drift import judge
from services.scraper.engines import Ending
from services.scraper.survey import Survey

DAY = date(2026, 9, 20)
WORKED = {"inline": date(2026, 9, 1)}


def test_each_way_of_reading_has_a_line_of_its_own() -> None:
    lines = rows("google", Survey({"inline": 100, "thumbnail": 0}, Ending.EXHAUSTED), WORKED, 2.44)

    assert [line.split() for line in lines] == [
        ["google", "inline", "100", "2026-09-01", "2.4", "exhausted"],
        ["thumbnail", "0", "never"],
    ]


def test_the_longest_line_fits_80_columns() -> None:
    lines = rows("duckduckgo", Survey({"thumbnail": 100_000}, Ending.PAGE_CHANGED), {}, 12_345.6)

    assert max(map(len, [HEAD, *lines])) <= 80


def test_an_engine_that_was_not_reached_still_has_a_line() -> None:
    assert rows("bing", Survey(ending=Ending.BROKEN), {}, 0.1)[0].split() == [
        "bing",
        "-",
        "0",
        "never",
        "0.1",
        "broken",
    ]


def test_drift_names_the_way_that_is_lost() -> None:
    survey = Survey({"inline": 0, "xhr": 40})

    assert remark("google", survey, judge(survey, WORKED, DAY)) == "google: DRIFT, nothing from inline"


def test_a_refusal_is_said_not_to_be_drift() -> None:
    survey = Survey({"tiles": 0}, Ending.BLOCKED)

    assert "no drift" in str(remark("bing", survey, judge(survey, {}, DAY)))


def test_of_an_engine_that_is_well_nothing_is_said() -> None:
    survey = Survey({"tiles": 35})

    assert remark("bing", survey, judge(survey, {}, DAY)) is None
