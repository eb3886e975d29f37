"""A warm browser for each slot, lent to one search at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self

import structlog

from services.scraper.browser import Browser
from services.scraper.windows import BrowserError

log = structlog.get_logger()

Launch = Callable[[], Browser]
"""Blocking; BrowserError when it does not start."""


class Browsers:
    def __init__(self, launch: Launch, idle: asyncio.Queue[Browser | None]) -> None:
        """In `idle`, None stands for a browser to be launched when it is needed."""
        self._launch = launch
        self._idle = idle

    @classmethod
    @asynccontextmanager
    async def warm(cls, launch: Launch, count: int) -> AsyncIterator[Self]:
        """`count` browsers that run already, until the block ends. BrowserError when one does not start."""
        idle: asyncio.Queue[Browser | None] = asyncio.Queue()
        try:
            for _ in range(count):
                idle.put_nowait(await _launched(launch))
            log.info("browsers_warm", browsers=count)
            yield cls(launch, idle)
        finally:
            while not idle.empty():
                if browser := idle.get_nowait():
                    await browser.close()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Browser]:
        """A browser that answers. One that fails, hangs or is interrupted while lent does not come back."""
        browser = await self._idle.get()
        try:
            browser = await self._answering(browser)
            yield browser
        except (BrowserError, asyncio.CancelledError):
            if (lost := browser) is not None:
                browser = None
                await lost.close()
            raise
        finally:
            await self._take_back(browser)

    async def _take_back(self, browser: Browser | None) -> None:
        """Something comes back whatever happens meanwhile, or the slot would be lost."""
        back = None
        try:
            back = await _emptied(browser)
        finally:
            self._idle.put_nowait(back)

    async def _answering(self, browser: Browser | None) -> Browser:
        if browser is not None and await browser.alive():
            return browser
        if browser is not None:
            log.warning("browser_died_idle")
            await browser.close()
        return await _launched(self._launch)


async def _emptied(browser: Browser | None) -> Browser | None:
    """A page left open goes on running, and holds what it has loaded."""
    if browser is None:
        return None
    try:
        await browser.open("about:blank")
    except BrowserError:
        await browser.close()
        return None
    except asyncio.CancelledError:
        await browser.close()
        raise
    return browser


async def _launched(launch: Launch) -> Browser:
    """Cancelled meanwhile, it is closed as soon as it runs: a thread cannot be stopped."""
    starting = asyncio.ensure_future(asyncio.to_thread(launch))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await (await starting).close()
        raise
