"""A limit on time spent in one place."""

import asyncio
import time

import pytest

from services.scraper.patience import Patience


async def test_time_is_added_up_over_visits() -> None:
    patience = Patience(0.2)
    for _ in range(3):
        async with patience.spent():
            await asyncio.sleep(0.05)
    began = time.monotonic()

    with pytest.raises(TimeoutError):
        async with patience.spent():
            await asyncio.sleep(10)

    assert time.monotonic() - began < 0.15


async def test_time_in_between_does_not_count() -> None:
    patience = Patience(0.2)

    for _ in range(3):
        async with patience.spent():
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
