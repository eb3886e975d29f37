"""The scraper as its own process: real Kafka, Cassandra and Chromium, the local picture web for Google."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest

from shared.cassandra import Cassandra
from shared.claims import Heartbeats
from shared.errors import Reason
from shared.events import Event, Failure, ImagesFound, JobProgressed, RunFailed, SearchFinished, Stage
from shared.images import Images, Search, Searches
from shared.topics import JOB_DUE
from tests.integration.bus import Bus
from tests.integration.conftest import Backbone
from tests.integration.processes import descendants, living
from tests.integration.running import RunningService, running
from tests.integration.scraper.jobs import a_running_job, decide
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


@pytest.fixture
def environment(backbone: Backbone, pictures: PictureWeb) -> dict[str, str]:
    return backbone.environment() | {"AID_GOOGLE_URL": pictures.google_url, "AID_ENGINES": "google"}


@pytest.fixture
async def scraper(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[RunningService]:
    async with running("scraper", environment, tmp_path) as service:
        yield service


def heard(bus: Bus, job_id: UUID, kind: type[Event]) -> list[Event]:
    return [event for event in bus.events(job_id) if isinstance(event, kind)]


async def gone(pids: set[int]) -> bool:
    """Within the five seconds a killed browser may take."""
    for _ in range(100):
        if pids.isdisjoint(living()):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_job_that_is_due_is_searched(bus: Bus, cassandra: Cassandra, scraper: RunningService) -> None:
    due = await a_running_job(cassandra, query="secret pandas", images=500)

    await bus.publish(due)
    finished = await bus.event(due.job_id, SearchFinished)

    job_id = due.job_id
    assert finished == SearchFinished(job_id=job_id, run=1, found=575)
    counts = [(event.sequence, getattr(event, "found", 0)) for event in heard(bus, job_id, ImagesFound)]
    assert counts == [(1, 100), (2, 200), (3, 300), (4, 400), (5, 500), (6, 575)]
    found = await Images(cassandra).of(job_id)
    assert [image.rank for image in found] == list(range(1, 576))
    assert await finished_search(cassandra, job_id) == Search(True, 575, ("google",), "enough")
    assert await Heartbeats(cassandra).last(job_id, 1, Stage.SEARCH) is not None
    assert heard(bus, job_id, JobProgressed)
    assert heard(bus, job_id, RunFailed) == []
    assert "secret" not in scraper.text()


async def finished_search(cassandra: Cassandra, job_id: UUID) -> Search | None:
    """It is set after the word that it is finished."""
    for _ in range(100):
        if search := await Searches(cassandra).find(job_id):
            return search
        await asyncio.sleep(0.02)
    return None


@pytest.mark.parametrize(
    ("knob", "failure", "reason"),
    [
        ("results:0", Failure.FINAL, Reason.NO_RESULTS),
        ("empty:true", Failure.FINAL, Reason.PAGE_CHANGED),
        ("gate:sorry", Failure.RETRYABLE, Reason.BLOCKED),
    ],
)
async def test_a_search_that_finds_nothing_says_why(  # noqa: PLR0917 - three fixtures and a row of a table
    bus: Bus, cassandra: Cassandra, scraper: RunningService, knob: str, failure: Failure, reason: Reason
) -> None:
    due = await a_running_job(cassandra, query=f"cats {knob}")

    await bus.publish(due)

    report = await bus.event(due.job_id, RunFailed)
    assert (report.failure, report.reason) == (failure, reason)


async def test_rubbish_is_dead_lettered_and_the_next_record_handled(
    bus: Bus, cassandra: Cassandra, scraper: RunningService
) -> None:
    due = await a_running_job(cassandra, images=5)
    key = str(due.job_id).encode()  # the same partition: it is handled after the rubbish

    lies = await bus.publish_raw(JOB_DUE, b"\xff{no json", [("ce_type", b"aid.search-due.v1")], key=key)
    await bus.publish(due)

    await bus.event(due.job_id, SearchFinished)
    (letter,) = [record for record in bus.records if record.topic == "scraper.dlq" and record.key == key]
    headers = dict(letter.headers)
    assert letter.value == b"\xff{no json"
    assert (headers["dlq_topic"], headers["dlq_offset"]) == (b"job-due.v1", str(lies.offset).encode())


async def test_a_stopping_scraper_hands_its_search_back_and_leaves_no_process(
    bus: Bus, cassandra: Cassandra, scraper: RunningService
) -> None:
    searched = await a_running_job(cassandra, query="cats slow:1000", images=500)
    await bus.publish(searched)
    await bus.event(searched.job_id, ImagesFound)
    waiting = await a_running_job(cassandra)
    await bus.publish(waiting)
    browser = descendants(scraper.pid)
    began = time.monotonic()

    assert await scraper.stop() == 0

    assert time.monotonic() - began < 15
    assert await bus.event(searched.job_id, RunFailed) == RunFailed(
        job_id=searched.job_id, run=1, failure=Failure.INTERRUPTED, reason=Reason.INTERRUPTED
    )
    assert browser
    assert browser.isdisjoint(living())
    assert heard(bus, searched.job_id, SearchFinished) == []


async def test_a_job_waiting_for_a_slot_is_searched_by_the_next_scraper(
    bus: Bus, cassandra: Cassandra, environment: dict[str, str], tmp_path: Path
) -> None:
    first = await a_running_job(cassandra, query="cats slow:1500", images=500)
    second = await a_running_job(cassandra)
    async with running("scraper", environment, tmp_path) as scraper:
        await bus.publish(first)
        await bus.event(first.job_id, ImagesFound)
        await bus.publish(second)
        await waits_for_slot(scraper)
        await scraper.stop()

    async with running("scraper", environment, tmp_path):
        await bus.event(second.job_id, SearchFinished, patience=40)


async def waits_for_slot(scraper: RunningService) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(10):
        while True:
            async with session.get(f"{scraper.health_url}/livez") as answer:
                if "slot" in (await answer.json())["waiting_for"]:
                    return
            await asyncio.sleep(0.05)


async def test_a_killed_scraper_takes_its_browser_along(scraper: RunningService) -> None:
    browser = descendants(scraper.pid)
    assert browser

    await scraper.kill()

    assert await gone(browser)


async def test_a_cancelled_job_frees_the_slot_at_once(bus: Bus, cassandra: Cassandra, scraper: RunningService) -> None:
    cancelled = await a_running_job(cassandra, query="cats slow:5000", images=500)
    await bus.publish(cancelled)
    await asyncio.sleep(1)
    await decide(cassandra, cancelled.job_id, "cancelled")

    due = await a_running_job(cassandra)
    await bus.publish(due)

    await bus.event(due.job_id, SearchFinished)
    assert heard(bus, cancelled.job_id, RunFailed) == []
