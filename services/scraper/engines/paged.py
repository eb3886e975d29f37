"""Engines that are asked page by page without a browser: what each of them says, and how far to go."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from services.scraper.engines import Batch, Ending, Query
from services.scraper.engines.pace import Pace
from services.scraper.survey import Survey
from shared.filters import Filters
from shared.images import Hit

log = structlog.get_logger()

PAGES_TO_RESULTS = 2

IDLE_PAGES = 2
"""So many pages in a row that repeat what is known: it would go on for ever."""

REFUSALS = frozenset({401, 403, 418, 429})
SERVER_ERROR = 500


@dataclass(frozen=True)
class Ask:
    """A GET; `number` counts pages from 1."""

    address: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    number: int = 1


@dataclass(frozen=True)
class Answer:
    """`address` after all redirects. `retry_after` in seconds, when the engine asks for that."""

    status: int
    address: str
    text: str
    retry_after: float | None = None


@dataclass(frozen=True)
class Page:
    """What one answer says. `ending`: why there is no `more`."""

    hits: tuple[Hit, ...] = ()
    unusable: int = 0
    more: Ask | None = None
    ending: Ending | None = None
    retry_after: float | None = None


class NoAnswerError(Exception):
    """The connection failed, or the answer is too late."""


class PageChangedError(Exception):
    """The answer has not the shape we know: neither results nor a word that there are none."""


class Site(Protocol):
    """One engine, pure. `read` raises PageChangedError, or ValueError for what is no JSON.

    `strategy` names the way it is read. `most_a_minute`: how many pages it gives to one that asks, if it says.
    """

    name: str
    strategy: str
    most_a_minute: int | None

    def ignored(self, filters: Filters) -> frozenset[str]: ...

    def first(self, query: Query) -> Ask: ...

    def read(self, ask: Ask, answer: Answer) -> Page: ...


class Asking(Protocol):
    async def get(self, ask: Ask) -> Answer:
        """NoAnswerError when there is none."""


class Paged:
    """An `Engine` made of a site and of somebody who asks it."""

    def __init__(self, site: Site, asking: Asking) -> None:
        self.name = site.name
        self._site = site
        self._asking = asking
        self._pace = Pace(site.most_a_minute)

    def ignored(self, filters: Filters) -> frozenset[str]:
        return self._site.ignored(filters)

    async def search(self, query: Query) -> AsyncGenerator[Batch, None]:
        ask: Ask | None = self._site.first(query)
        known: set[str] = set()
        idle = unusable = 0
        if pause := self._pace.wait():
            yield Batch(pause=pause)
        while ask is not None:
            page, _ = await self._page(ask)
            fresh = tuple(replace(hit, strategy=self._site.strategy) for hit in page.hits if hit.url not in known)
            known.update(hit.url for hit in fresh)
            idle = idle + 1 if not fresh and (page.hits or page.unusable) else 0
            ending = page.ending if page.more is None else None
            if ending is None and idle >= IDLE_PAGES:
                ending = Ending.EXHAUSTED
            unusable += page.unusable
            if ending is Ending.EXHAUSTED and unusable and not known:
                ending = Ending.PAGE_CHANGED
            yield Batch(fresh, page.unusable, ending, page.retry_after)
            if page.more and ending is None and (pause := self._pace.wait()):
                yield Batch(pause=pause)
            ask = page.more if ending is None else None

    async def survey(self, query: Query) -> Survey:
        """Of the first page that has results; a page that only leads to it may come before."""
        page, text = await self._page(self._site.first(query))
        for _ in range(PAGES_TO_RESULTS - 1):
            if page.hits or page.more is None:
                break
            page, text = await self._page(page.more)
        changed = page.unusable and not page.hits
        ending = Ending.PAGE_CHANGED if changed else page.ending
        return Survey({self._site.strategy: len(page.hits)}, ending, text)

    async def _page(self, ask: Ask) -> tuple[Page, str]:
        """And the text of the answer."""
        try:
            self._pace.ask()
            answer = await self._asking.get(ask)
        except NoAnswerError as error:
            log.warning("engine_no_answer", engine=self.name, page=ask.number, detail=str(error))
            return Page(ending=Ending.BROKEN), ""
        if refused := refusal(answer):
            log.warning("engine_refused", engine=self.name, page=ask.number, status=answer.status)
            return Page(ending=refused, retry_after=answer.retry_after), answer.text
        try:
            # In a thread: a page made to hurt must not stop the heartbeats of other searches.
            return await asyncio.to_thread(self._site.read, ask, answer), answer.text
        except (PageChangedError, ValueError, RecursionError) as error:
            log.warning("engine_page_changed", engine=self.name, page=ask.number, detail=str(error)[:200])
            return Page(ending=Ending.PAGE_CHANGED), answer.text


def refusal(answer: Answer) -> Ending | None:
    """A server that says when to come again is well, and refuses."""
    if answer.status in REFUSALS or (answer.status >= SERVER_ERROR and answer.retry_after):
        return Ending.BLOCKED
    return Ending.BROKEN if answer.status >= SERVER_ERROR else None
