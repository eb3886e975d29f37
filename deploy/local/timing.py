"""Tell a person what was done and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(what: str, seconds: float) -> None:
    print(f"{what:<18}{seconds:6.1f} s", flush=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    say(what, time.monotonic() - started)
