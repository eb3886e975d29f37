"""Google Images through a browser: opens a page, reads it, and asks it for more until it ends."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from services.scraper.engines import Batch, Ending, Query
from services.scraper.engines.fields import number
from services.scraper.engines.google_address import ignored, search_address
from services.scraper.engines.google_endings import ending
from services.scraper.engines.google_page import Pace, ResultPage
from services.scraper.engines.google_panel import Panel
from services.scraper.engines.google_reading import Reader
from services.scraper.engines.google_survey import survey, survey_of_nothing
from services.scraper.survey import Survey
from services.scraper.windows import BrowserError, Windows
from shared.filters import Filters

log = structlog.get_logger()


class Google:
    name = "google"

    def __init__(self, windows: Windows, *, url: str, pace: Pace | None = None) -> None:
        self._windows = windows
        self._url = url
        self._pace = pace or Pace()

    def ignored(self, filters: Filters) -> frozenset[str]:
        return ignored(filters)

    async def search(self, query: Query) -> AsyncGenerator[Batch, None]:
        """Some hundred hits in a batch; the first as soon as the page has been read."""
        address = search_address(self._url, query)
        try:
            async with (
                self._windows.lend() as window,
                aclosing(_batches(ResultPage(window, self._pace), address)) as batches,
            ):
                async for batch in batches:
                    yield batch
        except BrowserError as error:
            log.warning("browser_failed", detail=str(error))
            yield Batch(ending=Ending.BROKEN)

    async def survey(self, query: Query) -> Survey:
        """What every way of reading yields on the first page, whatever the others do."""
        try:
            async with self._windows.lend() as window:
                return await survey(ResultPage(window, self._pace), search_address(self._url, query))
        except BrowserError as error:
            log.warning("browser_failed", detail=str(error))
            return survey_of_nothing(Ending.BROKEN)


async def _batches(page: ResultPage, address: str) -> AsyncGenerator[Batch, None]:
    reader, idle, end = Reader(page, Panel()), 0, None
    look = await page.open(address)
    try:
        while True:
            known = reader.known
            async with aclosing(reader.read(look)) as reading:
                async for found in reading:
                    yield Batch(found.hits, found.unusable)
            idle = 0 if reader.known > known else idle + 1
            if end := ending(look, known=reader.known, idle=idle):
                yield Batch(ending=end, retry_after=number(look.retry_after))
                return
            look = await page.more()
    finally:
        log.info("google_read", ending=end, yields=dict(reader.yields))
