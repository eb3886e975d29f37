"""Who came is forgotten in time, also when nobody comes any more."""

import asyncio
from collections.abc import Callable, Sequence

from services.gateway.limits.windows import MovingWindow

_EVERY = 60.0


async def forget_expired(
    windows: Sequence[MovingWindow], seconds: Callable[[], float], *, every: float = _EVERY
) -> None:
    """Until cancelled. `seconds` is the clock that the windows are told of."""
    while True:
        await asyncio.sleep(every)
        for window in windows:
            window.forget(seconds())
