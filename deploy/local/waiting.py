"""Wait for a condition, for a bounded time."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, patience: float, pause: float = 0.05) -> bool:
    """Whether `condition` came true within `patience` seconds, asked every `pause` seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True
