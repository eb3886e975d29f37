"""A thread for what blocks.

Checking and writing on the event loop would be as quick, and stop every heartbeat while a disk is busy. More threads
than one get in each other's way and in the loop's: what they do holds the interpreter's lock half of the time.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from shared.threads import to_its_end

T = TypeVar("T")


class OneThread:
    """Calls happen one after the other, and each to its end: whoever waits is told of a cancellation only after it."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def do(self, call: Callable[..., T], *arguments: object) -> T:
        return await to_its_end(asyncio.get_running_loop().run_in_executor(self._executor, call, *arguments))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=False)  # every call has ended
