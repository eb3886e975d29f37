"""Google Images through a browser: which page to open, what stands in the way, when to scroll, when it ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import urlsplit

import structlog

from services.scraper.engines import Batch, Ending, Query
from services.scraper.engines.google_address import ignored, search_address
from services.scraper.engines.google_page import Look, ResultPage
from services.scraper.engines.google_records import read_records
from services.scraper.windows import BrowserError, Windows
from shared.filters import Filters

log = structlog.get_logger()

IDLE_BATCHES = 2
"""So many batches in a row that repeat what is known: it would scroll for ever."""

FORBIDDEN, TOO_MANY_REQUESTS, SERVER_ERROR = 403, 429, 500


class Google:
    name = "google"

    def __init__(self, windows: Windows, *, url: str) -> None:
        self._windows = windows
        self._url = url

    def ignored(self, filters: Filters) -> frozenset[str]:
        return ignored(filters)

    async def search(self, query: Query) -> AsyncGenerator[Batch, None]:
        """Some hundred hits in a batch; the first as soon as the page has been read."""
        try:
            async with self._windows.lend() as window:
                page = ResultPage(window)
                async with aclosing(_batches(page, search_address(self._url, query))) as batches:
                    async for batch in batches:
                        yield batch
        except BrowserError as error:
            log.warning("browser_failed", detail=str(error))
            yield Batch(ending=Ending.BROKEN)


def gate(look: Look) -> Ending | None:
    """What stands before the results, or None. A result page merely mentions the words of a block page in its code."""
    parts = urlsplit(look.address)
    if (parts.hostname or "").startswith("sorry.") or parts.path.startswith("/sorry"):
        return Ending.BLOCKED
    if look.status in (FORBIDDEN, TOO_MANY_REQUESTS) or look.refused or look.asks or "/sorry/" in look.stub:
        return Ending.BLOCKED
    if parts.scheme not in ("http", "https") or look.status >= SERVER_ERROR:
        return Ending.BROKEN  # the browser's own page about a lost connection, or a server that is not well
    return Ending.NO_RESULTS if look.nothing else None


def ending(look: Look, *, known: int, idle: int) -> Ending | None:
    """Why there is no more after this look, with so many hits known and so many batches that brought none."""
    if stopped := gate(look):
        return stopped
    if not known:
        return Ending.PAGE_CHANGED
    return Ending.EXHAUSTED if look.ended or not look.texts or idle >= IDLE_BATCHES else None


async def _batches(page: ResultPage, address: str) -> AsyncGenerator[Batch, None]:
    look = await page.open(address)
    if look.asks:
        look = await page.reject_all()
    known: set[str] = set()
    idle = 0
    while True:
        reading = await asyncio.to_thread(read_records, look.texts)
        fresh = [hit for docid, hit in reading.hits.items() if docid not in known]
        known |= reading.hits.keys()
        idle = 0 if fresh else idle + 1
        end = ending(look, known=len(known), idle=idle)
        yield Batch(tuple(fresh), reading.unusable, end)
        if end:
            return
        look = await page.more()
