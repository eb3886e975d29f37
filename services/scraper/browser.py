"""One window of Chromium over Selenium: opens addresses, runs scripts, waits for what they say. Decides nothing.

Selenium blocks, so every browser has a thread of its own. One that failed or was interrupted is closed, and never
used again.

A page may take its time; a browser may not. So nothing here waits inside of one for a page to come: it is asked again
and again whether the page is there, and one that leaves such a question without an answer hangs.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from selenium.common.exceptions import JavascriptException, TimeoutException, WebDriverException
from selenium.webdriver import Remote
from urllib3.exceptions import HTTPError

from services.scraper.windows import BrowserError, BrowserHungError, PageError

T = TypeVar("T")

PAGE_SECONDS = 30.0
HANG_SECONDS = 3.0
"""It answers within a tenth of that, or never."""
READING_SECONDS = 10.0
"""A page of 50 MB keeps it from answering for seconds while it is read."""
SCREENSHOT_SECONDS = 10.0
POLL_SECONDS = 0.03

EMPTY = "about:blank"
LOST = "chrome-error:"
"""The browser's own page about a connection that failed."""

_READ = "return document.readyState === 'loading' ? null : location.href"


class Browser:
    """A `Window`. `end` ends the browser from any thread, whatever it is doing; what waits for it then fails.

    `memory`: bytes that it holds, None when that is not known. `searches`: how often it has been lent.
    """

    def __init__(
        self,
        driver: Remote,
        end: Callable[[], None],
        *,
        memory: Callable[[], int | None] = lambda: None,
        hang_seconds: float = HANG_SECONDS,
    ) -> None:
        self._driver = driver
        self._end = end
        self._memory = memory
        self._hang_seconds = hang_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browser")
        self.searches = 0

    @property
    def pid(self) -> int:
        """Of Chromium's first process, on the machine where it runs."""
        return int(self._driver.capabilities["goog:processID"])

    async def open(self, address: str) -> None:
        try:
            async with asyncio.timeout(PAGE_SECONDS):
                await self._open(address)
        except TimeoutError as error:
            raise PageError(f"no page in {PAGE_SECONDS:.0f} s") from error

    async def run(self, script: str, *arguments: object) -> Any:
        return await self._run(script, *arguments, seconds=self._hang_seconds)

    async def until(self, script: str, *arguments: object, seconds: float, arriving: bool = False) -> Any:
        patience = PAGE_SECONDS if arriving else self._hang_seconds
        deadline = time.monotonic() + seconds
        while (value := await self._run(script, *arguments, seconds=patience)) is None and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
        return value

    async def screenshot(self) -> bytes:
        return await self._do(self._driver.get_screenshot_as_png, SCREENSHOT_SECONDS)

    async def answer(self) -> None:
        """BrowserError when it does not, at once."""
        await self.run("return true")

    async def empty(self) -> None:
        """Leave the page. BrowserError when that does not go well and at once."""
        try:
            async with asyncio.timeout(self._hang_seconds):
                await self._leave()
        except TimeoutError as error:
            raise BrowserHungError("does not leave its page") from error

    async def memory(self) -> int | None:
        return await asyncio.to_thread(self._memory)

    async def close(self) -> None:
        await asyncio.to_thread(self._end)
        await asyncio.to_thread(self._thread.shutdown)

    async def _open(self, address: str) -> None:
        await self._leave()
        await self._go(address)
        while await self._place() in (EMPTY, None):
            await asyncio.sleep(POLL_SECONDS)
        while (place := await self._run(_READ, seconds=READING_SECONDS)) is None:
            await asyncio.sleep(POLL_SECONDS)
        if place.startswith(LOST):
            raise PageError("the connection failed")

    async def _leave(self) -> None:
        if await self._place() != EMPTY:
            await self._go(EMPTY)
            while await self._place() != EMPTY:
                await asyncio.sleep(POLL_SECONDS)

    async def _run(self, script: str, *arguments: object, seconds: float) -> Any:
        return await self._do(lambda: self._driver.execute_script(script, *arguments), seconds)

    async def _go(self, address: str) -> None:
        """Returns before anything has come: the page load strategy is "none"."""
        await self._do(lambda: self._driver.get(address), self._hang_seconds)

    async def _place(self) -> str | None:
        """The address of the page that is shown; None at the moment when one takes the other's place.

        The browser itself knows; scripts wait while another page is on its way.
        """
        return await self._do(lambda: _place(self._driver), self._hang_seconds)

    async def _do(self, command: Callable[[], T], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().run_in_executor(self._thread, command)
        except TimeoutError as error:
            raise BrowserHungError(f"no answer in {seconds:g} s") from error
        except JavascriptException as error:
            raise PageError(_brief(error)) from error
        except (WebDriverException, HTTPError, OSError) as error:
            raise BrowserError(_brief(error)) from error


def _place(driver: Remote) -> str | None:
    try:
        history = driver.execute_cdp_cmd("Page.getNavigationHistory", {})
    except TimeoutException:  # "aborted by navigation", and at once
        return None
    return str(history["entries"][history["currentIndex"]]["url"])


def _brief(error: Exception) -> str:
    """Without the trace of the driver's own frames that Selenium appends."""
    text = getattr(error, "msg", None) or str(error)
    return f"{type(error).__name__}: {text.splitlines()[0][:200] if text else ''}"
