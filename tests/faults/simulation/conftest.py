import gc
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(scope="module", autouse=True)
def nothing_left_of_the_dead() -> Iterator[None]:
    """A coroutine of a killed process is closed when it is collected, and binds to our own log what it had saved."""
    yield
    gc.collect()
    structlog.contextvars.clear_contextvars()
