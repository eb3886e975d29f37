"""What a canary has seen, as a person reads it in a terminal of 80 columns."""

from collections.abc import Mapping
from datetime import date

from services.scraper.drift import Finding, Verdict
from services.scraper.engines import Ending
from services.scraper.survey import Survey

HEAD = f"{'engine':<12}{'strategy':<12}{'yield':>6}  {'last worked':<13}{'seconds':>7}  ending"


def rows(engine: str, survey: Survey, worked: Mapping[str, date], seconds: float) -> list[str]:
    """One line for each strategy; what is true of the engine stands in the first."""
    yields = survey.yields or {"-": 0}
    ends = [f"{seconds:>7.1f}  {(survey.ending or 'more').replace('_', ' ')}", *[""] * (len(yields) - 1)]
    names = [engine, *[""] * (len(yields) - 1)]
    return [
        f"{name:<12}{strategy:<12}{count:>6}  {_day(worked.get(strategy)):<13}{end}".rstrip()
        for name, (strategy, count), end in zip(names, yields.items(), ends, strict=True)
    ]


def remark(engine: str, survey: Survey, finding: Finding) -> str | None:
    """What there is to say about it, if anything."""
    match finding.verdict:
        case Verdict.WELL:
            return None
        case Verdict.UNKNOWN:
            return f"{engine}: {_UNKNOWN.get(survey.ending, 'unknown')}"
        case Verdict.DRIFT:
            return f"{engine}: DRIFT, nothing from {', '.join(finding.lost) or 'it'}"


_UNKNOWN: Mapping[Ending | None, str] = {
    Ending.BLOCKED: "blocked, so how to read it is not known; no drift",
    Ending.BROKEN: "not reached, so how to read it is not known; no drift",
}


def _day(day: date | None) -> str:
    return day.isoformat() if day else "never"
