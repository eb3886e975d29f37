"""Whether engines can still be read: what they yield now beside what has worked before. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.scraper.engines import Ending
from services.scraper.survey import Survey

Worked = Mapping[str, Mapping[str, date]]
"""By engine and strategy: the day on which it was last seen to yield anything."""


class Verdict(StrEnum):
    WELL = "well"
    DRIFT = "drift"
    """It answers, and we cannot read it any more, or not in every way that used to work."""
    UNKNOWN = "unknown"
    """It refused, did not answer, or said that it has nothing, which says nothing about how results are read."""


@dataclass(frozen=True)
class Finding:
    """`lost`: strategies that yield nothing although they worked before; every one where none yields anything."""

    verdict: Verdict
    lost: tuple[str, ...] = ()


FORGOTTEN_AFTER = timedelta(days=60)
"""So long a way of reading that is gone is reported; then it is taken for gone for good."""


def judge(survey: Survey, worked: Mapping[str, date], today: date) -> Finding:
    """`worked`: of this engine."""
    if survey.ending in (Ending.BLOCKED, Ending.BROKEN, Ending.NO_RESULTS):
        return Finding(Verdict.UNKNOWN)
    idle = [strategy for strategy, count in survey.yields.items() if not count]
    if len(idle) == len(survey.yields):
        return Finding(Verdict.DRIFT, tuple(idle))
    lost = tuple(way for way in idle if way in worked and today - worked[way] <= FORGOTTEN_AFTER)
    return Finding(Verdict.DRIFT if lost else Verdict.WELL, lost)


def remembered(worked: Worked, engine: str, survey: Survey, today: date) -> Worked:
    """`worked` and what is seen to work today."""
    seen = {strategy: today for strategy, count in survey.yields.items() if count}
    return {**worked, engine: {**worked.get(engine, {}), **seen}}
