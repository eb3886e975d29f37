"""A limit on time spent in one place, over many visits."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Patience:
    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @property
    def left(self) -> bool:
        return self._left > 0

    @asynccontextmanager
    async def spent(self) -> AsyncIterator[None]:
        """The time inside counts. TimeoutError when all of it is used up."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._left):
                yield
        finally:
            self._left -= time.monotonic() - began
