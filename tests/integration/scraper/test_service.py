"""The scraper as its own process: real Kafka, Cassandra and Chromium, the local picture web for Google."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from shared.cassandra import Cassandra
from shared.claims import Heartbeats
from shared.errors import Reason
from shared.events import Event, Failure, ImagesFound, JobProgressed, RunFailed, SearchFinished, Stage
from shared.images import Images
from shared.searches import Search, Searches
from shared.topics import JOB_DUE
from tests.integration.bus import Bus
from tests.integration.processes import descendants, living
from tests.integration.running import RunningService, running
from tests.integration.scraper.jobs import a_running_job, decide

pytestmark = pytest.mark.integration

CANCELLED_WITHIN = 2.0 + 2.0
"""Seconds; what was promised, and as much again for a machine that is busy with tests."""


@pytest.fixture(scope="module")
async def scraper(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningService]:
    async with running("scraper", environment, tmp_path_factory.mktemp("scraper")) as service:
        yield service


def heard(bus: Bus, job_id: UUID, kind: type[Event]) -> list[Event]:
    return [event for event in bus.events(job_id) if isinstance(event, kind)]


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
    search = await finished_search(cassandra, job_id)
    assert search is not None
    assert (search.found, search.engines, search.stopped_because) == (575, ("google",), "enough")
    assert await Heartbeats(cassandra).last(job_id, 1, Stage.SEARCH) is not None
    assert heard(bus, job_id, JobProgressed)
    assert heard(bus, job_id, RunFailed) == []
    assert "secret" not in scraper.text()


async def finished_search(cassandra: Cassandra, job_id: UUID) -> Search | None:
    """It is set after the word that it is finished."""
    for _ in range(100):
        search = await Searches(cassandra).find(job_id)
        if search is not None and search.finished:
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


async def test_a_job_cancelled_inside_a_page_that_hangs_gives_its_browser_up_and_its_slot_free(
    bus: Bus, cassandra: Cassandra, scraper: RunningService
) -> None:
    cancelled = await a_running_job(cassandra, query="cats slow:60000", images=500)
    await bus.publish(cancelled)
    await until_working(cassandra, cancelled.job_id)
    browser = descendants(scraper.pid)

    await decide(cassandra, cancelled.job_id, "cancelled")
    async with asyncio.timeout(CANCELLED_WITHIN):
        while not browser.isdisjoint(living()):
            await asyncio.sleep(0.02)

    due = await a_running_job(cassandra)
    await bus.publish(due)
    await bus.event(due.job_id, SearchFinished)
    assert heard(bus, cancelled.job_id, RunFailed) == []


async def until_working(cassandra: Cassandra, job_id: UUID) -> None:
    async with asyncio.timeout(10):
        while await Heartbeats(cassandra).last(job_id, 1, Stage.SEARCH) is None:
            await asyncio.sleep(0.05)
