"""Somebody waits for the answer: a server that takes too long counts as away."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from shared.errors import DependencyAwayError

T = TypeVar("T")


async def within(seconds: float, dependency: str, answer: Awaitable[T]) -> T:
    """DependencyAwayError when there is no answer by then; what was asked may happen all the same."""
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        raise DependencyAwayError(dependency, f"no answer within {seconds} s") from None
