"""`python -m services.scraper canary`: one known query for each engine, to learn of a changed page before people do."""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import structlog

from services.scraper.app import build_engines, build_launch
from services.scraper.asking import asking
from services.scraper.browsers import Browsers
from services.scraper.canary_files import make_ready, read_worked, save_page, write_worked
from services.scraper.canary_table import HEAD, remark, rows
from services.scraper.drift import Verdict, judge, remembered
from services.scraper.engines import Ending, Query
from services.scraper.settings import EngineSettings
from services.scraper.survey import Survey, Surveyed
from services.scraper.windows import BrowserError
from shared.settings import read_settings

SURVEY_SECONDS = 120.0
WORKED = "worked.json"

WELL, DRIFT, CANNOT_RUN, UNKNOWN = range(4)
EXITS = """\
exit status:
  0  every engine can be read in every way that has worked before
  1  drift: an engine answers and cannot be read; its page has been saved
  2  the canary cannot run: a setting, an argument, a file or the browser
  3  no drift seen, but an engine refused, did not answer or has nothing
"""


def main(arguments: Sequence[str]) -> int:
    """Exit status of the process."""
    said = _parser().parse_args(arguments)
    settings = read_settings(EngineSettings, **({"engines": said.engines} if said.engines else {}))
    # Beside the table, not in it.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        make_ready(said.save)
        return asyncio.run(_ask_all(settings, Query(said.query), said.save, said.against or said.save / WORKED))
    except (BrowserError, OSError, ValueError) as error:
        print(f"the canary cannot run: {error}", file=sys.stderr)  # noqa: T201 - a person started it
        return CANNOT_RUN


async def _ask_all(settings: EngineSettings, query: Query, save: Path, against: Path) -> int:
    worked = await asyncio.to_thread(read_worked, against)
    told = Told()
    _say(HEAD)
    async with _engines(settings) as engines:
        for engine in engines:
            survey, seconds = await _survey(engine, query)
            before = worked.get(engine.name, {})
            _say(*rows(engine.name, survey, before, seconds))
            told.tell(engine.name, survey, before, save)
            worked = remembered(worked, engine.name, survey, datetime.now(UTC).date())
    await asyncio.to_thread(write_worked, save / WORKED, worked)
    _say("", *(told.remarks or ["all well"]))
    return told.exit_status


@dataclass
class Told:
    """What has been found so far."""

    verdicts: set[Verdict] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def tell(self, engine: str, survey: Survey, worked: Mapping[str, date], save: Path) -> None:
        now = datetime.now(UTC)
        finding = judge(survey, worked, now.date())
        self.verdicts.add(finding.verdict)
        if said := remark(engine, survey, finding):
            self.remarks.append(said)
        if finding.verdict is Verdict.DRIFT:
            saved = save_page(save, engine, finding.lost, survey, now)
            self.remarks += [f"  saved {path}" for path in saved]

    @property
    def exit_status(self) -> int:
        if Verdict.DRIFT in self.verdicts:
            return DRIFT
        return UNKNOWN if Verdict.UNKNOWN in self.verdicts else WELL


async def _survey(engine: Surveyed, query: Query) -> tuple[Survey, float]:
    began = time.monotonic()
    try:
        async with asyncio.timeout(SURVEY_SECONDS):
            survey = await engine.survey(query)
    except TimeoutError:
        survey = Survey(ending=Ending.BROKEN)
    return survey, time.monotonic() - began


@asynccontextmanager
async def _engines(settings: EngineSettings) -> AsyncIterator[Sequence[Surveyed]]:
    """BrowserError when one needs a browser and none starts."""
    async with (
        asking(settings.user_agent) as pages,
        Browsers.warm(build_launch(settings), int(settings.needs_browser)) as browsers,
    ):
        yield build_engines(settings, browsers, pages)


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - a person started it


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.scraper canary",
        description="Asks each engine one query and says what every way of reading it yields.",
        epilog=EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--query", default="red panda", help="one that has results everywhere (default: %(default)s)")
    parser.add_argument("--engines", help="comma-separated, instead of AID_ENGINES")
    parser.add_argument(
        "--save",
        type=Path,
        default=Path("canary"),
        metavar="DIR",
        help=f"where pages are saved that cannot be read, and {WORKED}, what has worked when (default: %(default)s)",
    )
    parser.add_argument("--against", type=Path, metavar="FILE", help=f"another {WORKED} to compare with")
    return parser
