"""A warm browser for each slot, lent to one search at a time.

Nobody who lends one waits for its return: a search that is cancelled ends at once, and however often it is cancelled,
what it leaves is cleared away beside.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Self

import structlog

from services.scraper.browser import Browser
from services.scraper.windows import BrowserError
from shared.tasks import say_failure

log = structlog.get_logger()

Launch = Callable[[], Browser]
"""Blocking; BrowserError when it does not start."""


class Browsers:
    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._idle: asyncio.Queue[Browser | None] = asyncio.Queue()
        """None stands for a browser to be launched when it is needed."""
        self._clearing: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def warm(cls, launch: Launch, count: int) -> AsyncIterator[Self]:
        """`count` browsers that run already, until the block ends. BrowserError when one does not start."""
        browsers = cls(launch)
        try:
            for _ in range(count):
                browsers._idle.put_nowait(await browsers._launched())
            log.info("browsers_warm", browsers=count)
            yield browsers
        finally:
            await browsers._close()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Browser]:
        """A browser that answers. One that fails, hangs or is interrupted while lent does not come back."""
        browser = await self._idle.get()
        back = self._take_back
        try:
            browser = await self._answering(browser)
            yield browser
        except (BrowserError, asyncio.CancelledError):
            back = self._replace
            raise
        finally:
            self._beside(back(browser))

    async def _answering(self, browser: Browser | None) -> Browser:
        if browser is not None and await browser.alive():
            return browser
        if browser is not None:
            log.warning("browser_died_idle")
            await browser.close()
        return await self._launched()

    async def _launched(self) -> Browser:
        """Given up meanwhile, it is closed as soon as it runs: a thread cannot be stopped."""
        starting = asyncio.ensure_future(asyncio.to_thread(self._launch))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._beside(_close_when_started(starting))
            raise

    async def _take_back(self, browser: Browser | None) -> None:
        """A page left open goes on running, and holds what it has loaded."""
        if browser is None or not await browser.empty():
            await self._replace(browser)
        else:
            self._idle.put_nowait(browser)

    async def _replace(self, browser: Browser | None) -> None:
        """Something comes back whatever happens meanwhile, or the slot would be lost."""
        try:
            if browser is not None:
                await browser.close()
        finally:
            self._idle.put_nowait(None)

    def _beside(self, clearing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(clearing)
        self._clearing.add(task)
        task.add_done_callback(self._clearing.discard)
        task.add_done_callback(say_failure)

    async def _close(self) -> None:
        while self._clearing:
            await asyncio.wait(self._clearing)
        while not self._idle.empty():
            if browser := self._idle.get_nowait():
                await browser.close()


async def _close_when_started(starting: asyncio.Future[Browser]) -> None:
    with suppress(BrowserError):
        await (await starting).close()
