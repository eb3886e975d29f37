"""What the archive says about the job: what was asked, how each engine went, what became of it all. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from shared.filterwords import names_of
from shared.searches import UNDER_WAY, Asked, Search

REPORT = "report.json"


@dataclass(frozen=True)
class EngineReport:
    """How one engine went; results, not pictures. `left_out`: those that the filters exclude. None: not known yet.

    `filters_ignored`: the filters it could not apply.
    """

    engine: str
    ending: str
    found: int | None
    unusable: int | None
    left_out: int | None
    filters_ignored: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """The counts a person is told: those found are kept, refused (by reason) or not needed.

    `filters` in the words of a request, nothing for a default. `thumbnails`: so many of those kept are no originals.
    """

    query: str
    filters: Mapping[str, str]
    asked: int
    found: int
    kept: int
    thumbnails: int
    refused: Mapping[str, int]
    not_needed: int
    engines: tuple[EngineReport, ...]
    search_stopped_because: str | None
    started_at: datetime
    finished_at: datetime


def engine_reports(search: Search | None) -> tuple[EngineReport, ...]:
    """In the order they were asked."""
    return tuple(map(_engine_report, search.asked)) if search else ()


def report_json(report: Report) -> bytes:
    return json.dumps(asdict(report), indent=2, ensure_ascii=False, default=datetime.isoformat).encode()


def _engine_report(asked: Asked) -> EngineReport:
    ignored = tuple(names_of(asked.ignored))
    if asked.ending == UNDER_WAY:
        return EngineReport(asked.engine, asked.ending, None, None, None, ignored)
    return EngineReport(asked.engine, asked.ending, asked.found, asked.unusable, asked.left_out, ignored)
