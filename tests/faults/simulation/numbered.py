"""Tasks and futures whose hash is their number: sets of them are walked in the same order in every process."""

import asyncio
from typing import Any


class NumberedTask(asyncio.Task[Any]):
    """Sets of tasks are walked in an order that does not depend on where they lie in memory."""

    def __init__(self, *arguments: Any, number: int, **options: Any) -> None:
        self._number = number
        super().__init__(*arguments, **options)

    def __hash__(self) -> int:
        return self._number


class NumberedFuture(asyncio.Future[Any]):
    def __init__(self, *, number: int, loop: asyncio.AbstractEventLoop) -> None:
        self._number = number
        super().__init__(loop=loop)

    def __hash__(self) -> int:
        return self._number
