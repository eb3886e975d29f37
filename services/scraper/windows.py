"""What an engine needs of a browser, in the engine's words."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class BrowserError(Exception):
    """The browser crashed, hangs or cannot open the page. Another one may do better."""


class Window(Protocol):
    """Every call raises BrowserError; after that this window is of no more use."""

    async def open(self, address: str) -> None:
        """Returns when the document has been read; what it loads is not waited for."""

    async def run(self, script: str, *arguments: object) -> Any:
        """What the script returns, as JSON has it."""

    async def until(self, script: str, *arguments: object, seconds: float) -> Any:
        """What the script returns once that is not null; null after so many seconds."""

    async def screenshot(self) -> bytes:
        """What a person would see of the page without scrolling, as PNG."""


class Windows(Protocol):
    def lend(self) -> AbstractAsyncContextManager[Window]: ...
