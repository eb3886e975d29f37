"""Wait for a condition, for a bounded time."""

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds. A cold Cassandra on a busy machine takes 30; this is the end of hope, not the usual time."""


def wait_until(condition: Callable[[], bool], *, patience: float, pause: float = 0.05) -> bool:
    """Whether `condition` came true within `patience` seconds, asked every `pause` seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True
