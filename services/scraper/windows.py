"""What an engine needs of a browser, in the engine's words."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class BrowserError(Exception):
    """The browser crashed, hangs or cannot open the page. Another one may do better."""


class BrowserHungError(BrowserError):
    """It does not answer."""


class PageError(BrowserError):
    """The page did not come, or is not what a script of ours takes it for. The browser is well."""


class Window(Protocol):
    """Every call raises BrowserError; after that this window is of no more use."""

    async def open(self, address: str) -> None:
        """Returns when the document has been read; what it loads is not waited for."""

    async def run(self, script: str, *arguments: object) -> Any:
        """What the script returns, as JSON has it. A script that takes seconds is taken for a browser that hangs."""

    async def until(self, script: str, *arguments: object, seconds: float, arriving: bool = False) -> Any:
        """What the script returns once that is not null; null after so many seconds.

        `arriving`: something was clicked, and another page may be on its way. No script is answered before it comes.
        """

    async def screenshot(self) -> bytes:
        """What a person would see of the page without scrolling, as PNG."""


class Windows(Protocol):
    def lend(self) -> AbstractAsyncContextManager[Window]: ...
