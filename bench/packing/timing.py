"""How long something takes, and nothing said meanwhile that is no figure."""

import logging
import time
from collections.abc import Awaitable

import structlog


async def seconds(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


def quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
