"""Browsers that have served long enough are replaced beside, and those that die idle too."""

import asyncio
import os
import signal
from contextlib import aclosing

import pytest
from prometheus_client import REGISTRY

from services.scraper import browsers as module
from services.scraper.browsers import Browsers, Slot
from services.scraper.engines import Ending, Query
from services.scraper.engines.google import Google
from services.scraper.recycling import MIB, Endurance
from tests.integration.processes import living
from tests.integration.scraper.chromiums import local_launch
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


def restarts(reason: str) -> float:
    return REGISTRY.get_sample_value("aid_browser_restarts_total", {"reason": reason}) or 0


async def pid_of(browsers: Browsers) -> int:
    async with browsers.lend() as browser:
        return browser.pid


async def warm_one(browsers: Browsers) -> int:
    """Process id of the one that lies ready, once one does."""
    async with asyncio.timeout(20):
        while not (idle := [slot.browser.pid for slot in slots_of(browsers) if slot.browser]):
            await asyncio.sleep(0.02)
    return idle[0]


def slots_of(browsers: Browsers) -> list[Slot]:
    """Those that nobody has borrowed."""
    return list(browsers._idle._queue)  # type: ignore[attr-defined]


async def ending_of(google: Google, query: str) -> Ending | None:
    async with aclosing(google.search(Query(query))) as batches:
        return [batch.ending async for batch in batches][-1]


async def test_after_so_many_searches_another_one_lies_ready_before_anybody_asks(pictures: PictureWeb) -> None:
    before = restarts("recycled")
    async with Browsers.warm(local_launch, 1, Endurance(searches=2)) as browsers:
        google, first = Google(browsers, url=pictures.google_url), await warm_one(browsers)
        for number in range(2):
            assert await ending_of(google, f"cats {number} results:37") is Ending.EXHAUSTED

        async with asyncio.timeout(20):
            while first in living():
                await asyncio.sleep(0.02)
        assert await warm_one(browsers) != first

    assert restarts("recycled") == before + 1


async def test_a_browser_that_has_grown_too_large_is_replaced() -> None:
    async with Browsers.warm(local_launch, 1, Endurance(memory=MIB)) as browsers:
        assert await pid_of(browsers) != await pid_of(browsers)


async def test_a_browser_that_dies_idle_is_replaced_before_anybody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROUND_SECONDS", 0.2)
    async with Browsers.warm(local_launch, 1) as browsers:
        first = await warm_one(browsers)

        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(20):
            while await warm_one(browsers) == first:
                await asyncio.sleep(0.02)
