"""A warm browser for each slot, lent to one search at a time, and replaced before it fails or when it has.

Nobody who lends one waits for its return: a search that is cancelled ends at once, and however often it is cancelled,
what it leaves is cleared away beside.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Self, get_args

import structlog
from prometheus_client import Counter

from services.scraper.browser import Browser
from services.scraper.recycling import Endurance
from services.scraper.windows import BrowserError, BrowserHungError, PageError
from shared.tasks import in_background, say_failure

log = structlog.get_logger()

Launch = Callable[[], Browser]
"""Blocking; BrowserError when it does not start."""

Loss = Literal["recycled", "hung", "died", "interrupted"]

RESTARTS = Counter("aid_browser_restarts_total", "Browsers that were replaced", ["reason"])
for _reason in get_args(Loss):
    RESTARTS.labels(_reason)

ROUND_SECONDS = 10.0
"""How often idle browsers are asked whether they live."""


@dataclass
class Slot:
    """Without a browser: one is to be launched when it is needed, or earlier."""

    browser: Browser | None = None


class Browsers:
    def __init__(self, launch: Launch, endurance: Endurance) -> None:
        self._launch = launch
        self._endurance = endurance
        self._idle: asyncio.Queue[Slot] = asyncio.Queue()
        self._missing = asyncio.Event()
        self._clearing: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def warm(cls, launch: Launch, count: int, endurance: Endurance | None = None) -> AsyncIterator[Self]:
        """`count` browsers that run already, until the block ends. BrowserError when one does not start."""
        browsers = cls(launch, endurance or Endurance())
        try:
            for _ in range(count):
                browsers._idle.put_nowait(Slot(await browsers._launched()))
            log.info("browsers_warm", browsers=count)
            async with in_background(browsers._keep_warm()):
                yield browsers
        finally:
            await browsers._close()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Browser]:
        """A browser that answers. One that fails, hangs or is interrupted while lent does not come back."""
        slot = await self._idle.get()
        lost: Loss | None = None
        try:
            browser = await self._ready(slot)
            browser.searches += 1
            yield browser
        except PageError:
            raise
        except BrowserError as error:
            lost = _loss(error)
            raise
        except asyncio.CancelledError:
            lost = "interrupted"
            raise
        finally:
            self._beside(self._take_back(slot, lost))

    async def _ready(self, slot: Slot) -> Browser:
        if slot.browser and (lost := await _loss_in(slot.browser.answer())):
            self._drop(slot, lost)
        if slot.browser is None:
            slot.browser = await self._launched()
        return slot.browser

    async def _launched(self) -> Browser:
        """Given up meanwhile, it is closed as soon as it runs: a thread cannot be stopped."""
        starting = asyncio.ensure_future(asyncio.to_thread(self._launch))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._beside(_close_when_started(starting))
            raise

    async def _take_back(self, slot: Slot, lost: Loss | None) -> None:
        """Something comes back whatever happens meanwhile, or the slot would be lost."""
        try:
            if slot.browser and (lost := lost or await self._wear(slot.browser)):
                self._drop(slot, lost)
        finally:
            self._idle.put_nowait(slot)
        # A process that stops interrupts its searches, and needs no new browser; if it goes on, the next round has one.
        if slot.browser is None and lost != "interrupted":
            self._missing.set()

    async def _wear(self, browser: Browser) -> Loss | None:
        """A page left open goes on running, and holds what it has loaded."""
        if lost := await _loss_in(browser.empty()):
            return lost
        return "recycled" if self._endurance.over(browser.searches, await browser.memory()) else None

    def _drop(self, slot: Slot, lost: Loss) -> None:
        """The next one need not wait until this one has gone."""
        assert slot.browser  # noqa: S101 - both callers have looked
        log.info("browser_replaced", reason=lost, searches=slot.browser.searches)
        RESTARTS.labels(lost).inc()
        self._beside(slot.browser.close())
        slot.browser = None

    async def _keep_warm(self) -> None:
        """Whatever dies while nobody searches is replaced before somebody does."""
        while True:
            for _ in range(self._idle.qsize()):
                await self._look_after_one()
            with suppress(TimeoutError):
                async with asyncio.timeout(ROUND_SECONDS):
                    await self._missing.wait()
            self._missing.clear()

    async def _look_after_one(self) -> None:
        if self._idle.empty():
            return
        slot = self._idle.get_nowait()
        try:
            await self._ready(slot)
        except BrowserError as error:
            log.warning("browser_not_started", detail=str(error))
        finally:
            self._idle.put_nowait(slot)

    def _beside(self, clearing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(clearing)
        self._clearing.add(task)
        task.add_done_callback(self._clearing.discard)
        task.add_done_callback(say_failure)

    async def _close(self) -> None:
        while self._clearing:
            await asyncio.wait(self._clearing)
        while not self._idle.empty():
            if browser := self._idle.get_nowait().browser:
                await browser.close()


async def _loss_in(answer: Awaitable[None]) -> Loss | None:
    try:
        await answer
    except BrowserError as error:
        return _loss(error)
    return None


def _loss(error: BrowserError) -> Loss:
    return "hung" if isinstance(error, BrowserHungError) else "died"


async def _close_when_started(starting: asyncio.Future[Browser]) -> None:
    with suppress(BrowserError):
        await (await starting).close()
