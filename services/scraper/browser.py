"""One window of Chromium over Selenium: opens addresses, runs scripts, waits for what they say. Decides nothing.

Selenium blocks, so every browser has a thread of its own. One that failed or was interrupted is closed, and never
used again.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote
from urllib3.exceptions import HTTPError

from services.scraper.windows import BrowserError

T = TypeVar("T")

PAGE_SECONDS = 30.0
SCRIPT_SECONDS = 10.0
ALIVE_SECONDS = 3.0
POLL_SECONDS = 0.03


class Browser:
    """A `Window`. `end` ends the browser from any thread, whatever it is doing; what waits for it then fails."""

    def __init__(self, driver: Remote, end: Callable[[], None], *, script_seconds: float = SCRIPT_SECONDS) -> None:
        self._driver = driver
        self._end = end
        self._script_seconds = script_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browser")

    @property
    def pid(self) -> int:
        """Of Chromium's first process, on the machine where it runs."""
        return int(self._driver.capabilities["goog:processID"])

    async def open(self, address: str) -> None:
        await self._do(lambda: self._driver.get(address), PAGE_SECONDS)

    async def run(self, script: str, *arguments: object) -> Any:
        return await self._do(lambda: self._driver.execute_script(script, *arguments), self._script_seconds)

    async def until(self, script: str, *arguments: object, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        while (value := await self.run(script, *arguments)) is None and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
        return value

    async def screenshot(self) -> bytes:
        return await self._do(self._driver.get_screenshot_as_png, PAGE_SECONDS)

    async def alive(self) -> bool:
        """Whether it answers at once."""
        try:
            return await self._do(lambda: bool(self._driver.execute_script("return true")), ALIVE_SECONDS)
        except BrowserError:
            return False

    async def empty(self) -> bool:
        """Leave the page; whether that went well and at once."""
        try:
            await self._do(lambda: self._driver.get("about:blank"), ALIVE_SECONDS)
        except BrowserError:
            return False
        return True

    async def close(self) -> None:
        await asyncio.to_thread(self._end)
        await asyncio.to_thread(self._thread.shutdown)

    async def _do(self, command: Callable[[], T], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().run_in_executor(self._thread, command)
        except TimeoutError as error:
            raise BrowserError(f"no answer in {seconds:.0f} s") from error
        except (WebDriverException, HTTPError, OSError) as error:
            raise BrowserError(_brief(error)) from error


def _brief(error: Exception) -> str:
    """Without the trace of the driver's own frames that Selenium appends."""
    text = getattr(error, "msg", None) or str(error)
    return f"{type(error).__name__}: {text.splitlines()[0][:200] if text else ''}"
