"""When a canary says that an engine can no longer be read."""

from datetime import date, timedelta

import pytest

from services.scraper.drift import FORGOTTEN_AFTER, Finding, Verdict, judge, remembered
from services.scraper.engines import Ending
from services.scraper.survey import Survey

BEFORE, TODAY = date(2026, 9, 1), date(2026, 9, 20)


def test_an_engine_that_yields_as_before_is_well() -> None:
    assert judge(Survey({"inline": 100, "xhr": 40}), {"inline": BEFORE}, TODAY) == Finding(Verdict.WELL)


def test_a_way_that_worked_and_yields_nothing_is_drift_though_others_still_work() -> None:
    found = judge(Survey({"inline": 0, "xhr": 40}), {"inline": BEFORE, "xhr": BEFORE}, TODAY)

    assert found == Finding(Verdict.DRIFT, ("inline",))


def test_a_way_that_never_worked_is_not_missed() -> None:
    assert judge(Survey({"inline": 100, "panel": 0}), {"inline": BEFORE}, TODAY).verdict is Verdict.WELL


@pytest.mark.parametrize("ending", [None, Ending.PAGE_CHANGED, Ending.EXHAUSTED])
def test_an_engine_that_answers_and_yields_nothing_at_all_has_drifted_without_any_memory(ending: Ending | None) -> None:
    assert judge(Survey({"tiles": 0}, ending), {}, TODAY) == Finding(Verdict.DRIFT, ("tiles",))


@pytest.mark.parametrize("ending", [Ending.BLOCKED, Ending.BROKEN, Ending.NO_RESULTS])
def test_an_engine_that_refuses_or_is_away_says_nothing_of_how_it_is_read(ending: Ending) -> None:
    assert judge(Survey({"tiles": 0}, ending), {"tiles": BEFORE}, TODAY) == Finding(Verdict.UNKNOWN)


def test_what_worked_today_is_remembered_and_the_rest_keeps_its_day() -> None:
    worked = {"google": {"inline": BEFORE, "xhr": BEFORE}, "bing": {"tiles": BEFORE}}

    assert remembered(worked, "google", Survey({"inline": 0, "xhr": 7, "panel": 1}), TODAY) == {
        "google": {"inline": BEFORE, "xhr": TODAY, "panel": TODAY},
        "bing": {"tiles": BEFORE},
    }


def test_a_way_that_has_been_gone_for_long_is_gone_for_good() -> None:
    worked = {"inline": TODAY, "panel": TODAY - FORGOTTEN_AFTER - timedelta(days=1)}

    assert judge(Survey({"inline": 100, "panel": 0}), worked, TODAY).verdict is Verdict.WELL
