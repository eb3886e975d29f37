"""A scraper that is told to stop, and one that is killed."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from shared.cassandra import Cassandra
from shared.errors import Reason
from shared.events import Failure, ImagesFound, RunFailed, SearchFinished
from tests.integration.bus import Bus
from tests.integration.processes import descendants, living
from tests.integration.running import RunningService, running
from tests.integration.scraper.jobs import a_running_job

pytestmark = pytest.mark.integration


async def test_a_stopping_scraper_hands_its_search_back_and_the_next_one_takes_what_waited(
    bus: Bus, cassandra: Cassandra, environment: dict[str, str], tmp_path: Path
) -> None:
    searched = await a_running_job(cassandra, query="cats slow:1500", images=500)
    waiting = await a_running_job(cassandra)
    async with running("scraper", environment, tmp_path) as scraper:
        await bus.publish(searched)
        await bus.event(searched.job_id, ImagesFound)
        await bus.publish(waiting)
        await waits_for_slot(scraper)
        browser = descendants(scraper.pid)

        assert await scraper.stop() == 0

        assert browser
        assert browser.isdisjoint(living())
    assert await bus.event(searched.job_id, RunFailed) == RunFailed(
        job_id=searched.job_id, run=1, failure=Failure.INTERRUPTED, reason=Reason.INTERRUPTED
    )

    async with running("scraper", environment, tmp_path):
        await bus.event(waiting.job_id, SearchFinished, patience=40)
    assert not [event for event in bus.events(searched.job_id) if isinstance(event, SearchFinished)]


async def waits_for_slot(scraper: RunningService) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(10):
        while True:
            async with session.get(f"{scraper.health_url}/livez") as answer:
                if "slot" in (await answer.json())["waiting_for"]:
                    return
            await asyncio.sleep(0.05)


async def test_a_killed_scraper_takes_its_browser_along(environment: dict[str, str], tmp_path: Path) -> None:
    async with running("scraper", environment, tmp_path) as scraper:
        browser = descendants(scraper.pid)
        assert browser

        await scraper.kill()

        async with asyncio.timeout(10):
            while not browser.isdisjoint(living()):
                await asyncio.sleep(0.05)
