"""A job told as it goes, to its page and to programs."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse, ClientSession

from services.gateway.live.feed import Pace
from shared.events import JobProgressed, JobStarted, Stage
from shared.topics import JOB_LIFECYCLE
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway

pytestmark = pytest.mark.integration

SOON = 10.0
IN_A_DAY = datetime.now(UTC) + timedelta(days=1)

ONLY_NEWS = Pace(at_least=0.05, at_most=600, soon=0.1)
"""Whoever is told anything is so because Kafka said something, or because the job has just ended."""
ONLY_LOOKS = Pace(at_least=0.05, at_most=0.2, send=0.5)


@pytest.fixture(scope="module")
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    async with listening(backbone.kafka_url, JOB_LIFECYCLE) as bus:
        yield bus


@pytest.fixture(scope="module")
async def hearing(backbone: Backbone, bus: Bus, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway that is told by Kafka."""
    async with serving_gateway(backbone, tmp_path_factory.mktemp("archives"), pace=ONLY_NEWS) as gateway:
        await until_it_hears(gateway, bus)
        yield gateway


@pytest.fixture
async def deaf(deaf_gateway: Gateway) -> AsyncIterator[Gateway]:
    """With nobody left who listens."""
    yield deaf_gateway
    await until_all_have_left(deaf_gateway)


@pytest.fixture(scope="module")
async def deaf_gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway with room for two that has to look for itself, Kafka being away."""
    folder = tmp_path_factory.mktemp("archives")
    async with serving_gateway(
        backbone, folder, pace=ONLY_LOOKS, told={"AID_STREAMS": "2"}, heard_at="127.0.0.1:1"
    ) as gateway:
        yield gateway


async def until_it_hears(gateway: Gateway, bus: Bus) -> None:
    probe = uuid4()
    with gateway.desk.feed.watching(probe) as news:
        async with asyncio.timeout(30):
            while not news.told.is_set():
                await bus.publish(JobStarted(job_id=probe, run=1))
                await asyncio.sleep(0.05)


async def a_job(gateway: Gateway, **columns: object) -> tuple[UUID, str]:
    """Its id, and the path of its events."""
    job_id = uuid4()
    await gateway.put_row(job_id, due_at=IN_A_DAY, **columns)
    return job_id, f"/jobs/{gateway.desk.links.status_token(job_id)}/events"


@dataclass(frozen=True)
class Told:
    """An event, or a comment."""

    event: str
    data: str
    id: str


class Stream:
    def __init__(self, answer: ClientResponse) -> None:
        self._answer = answer

    async def next(self) -> Told:
        async with asyncio.timeout(SOON):
            block = (await self._answer.content.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(": ") for line in block.split("\r\n") if line]
        texts = {name: "\n".join(text for known, _, text in lines if known == name) for name, _, _ in lines}
        return Told(texts.get("event", "comment"), texts.get("data", ""), texts.get("id", ""))

    async def event(self) -> Told:
        while (told := await self.next()).event == "comment":
            pass
        return told

    async def is_over(self) -> bool:
        async with asyncio.timeout(SOON):
            return await self._answer.content.read() == b""


@asynccontextmanager
async def opened(gateway: Gateway, path: str, **headers: str) -> AsyncIterator[Stream]:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    async with gateway.visitor.get(path, headers=named) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        yield Stream(answer)


async def test_what_kafka_says_shows_on_the_page_and_in_a_program_at_once(hearing: Gateway, bus: Bus) -> None:
    job_id, path = await a_job(hearing)
    async with opened(hearing, path) as page, opened(hearing, f"/api/v1{path}") as program:
        first, document = await page.event(), await program.event()
        assert (first.event, document.event) == ("status", "status")
        assert 'data-stage="Waiting for its time"' in first.data
        assert json.loads(document.data)["state"] == "scheduled"

        await hearing.put_row(job_id, due_at=IN_A_DAY, state="running", run=1, version=2)
        began = time.monotonic()
        await bus.publish(JobStarted(job_id=job_id, run=1, sequence=2))
        later, document = await page.event(), await program.event()

        assert time.monotonic() - began < 1
        assert 'data-stage="Searching"' in later.data
        assert json.loads(document.data)["state"] == "running"
        assert later.id == document.id != first.id
        assert later.id.startswith("2.")


async def test_progress_is_told_too_and_rubbish_hurts_nobody(hearing: Gateway, bus: Bus) -> None:
    job_id, path = await a_job(hearing, state="running", run=1)
    async with opened(hearing, path) as page:
        await page.event()

        await bus.publish_raw(JOB_LIFECYCLE, b"rubbish", key=b"\xff\xff")
        await hearing.cassandra.execute(
            "INSERT INTO heartbeats (job_id, run, stage, beat_at, found) VALUES (?, 1, 'search', ?, 77)",
            (job_id, datetime.now(UTC)),
        )
        await bus.publish(JobProgressed(job_id=job_id, run=1, stage=Stage.SEARCH, found=77, at=datetime.now(UTC)))

        assert "<dt>Found</dt><dd>77</dd>" in (await page.event()).data


async def test_what_nobody_says_after_the_end_is_soon_seen(hearing: Gateway) -> None:
    ended = {"state": "completed", "archive_run": 1, "kept": 9, "ended_at": datetime.now(UTC)}
    job_id, path = await a_job(hearing, **ended)
    async with opened(hearing, path) as page:
        assert "The link is valid until" not in (await page.event()).data
        await hearing.put_row(job_id, **ended, version=2, expires_at=IN_A_DAY)

        assert "The link is valid until" in (await page.event()).data


async def test_whoever_comes_back_is_told_nothing_while_nothing_has_changed(deaf: Gateway) -> None:
    job_id, path = await a_job(deaf)
    async with opened(deaf, path) as page:
        known = (await page.event()).id

    for query, headers in (("", {"Last_Event_ID": known}), (f"?last-event-id={known}", {})):
        await until_all_have_left(deaf)
        async with opened(deaf, path + query, **headers) as page:
            assert (await page.next()).event == "comment"

    await until_all_have_left(deaf)
    await deaf.put_row(job_id, due_at=IN_A_DAY, query="dogs", version=2)
    async with opened(deaf, path, Last_Event_ID=known) as page:
        told = await page.event()
        assert ">dogs<" in told.data
        assert told.id != known


async def test_what_was_not_heard_is_seen_at_the_next_look(deaf: Gateway) -> None:
    job_id, path = await a_job(deaf)
    async with opened(deaf, path) as page:
        await page.event()
        await deaf.put_row(job_id, due_at=IN_A_DAY, state="running", run=1, version=2)

        assert 'data-stage="Searching"' in (await page.event()).data


async def test_a_stream_ends_when_all_is_told_and_when_nothing_is_left(deaf: Gateway) -> None:
    job_id, path = await a_job(
        deaf, state="completed", archive_run=1, kept=9, ended_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    async with opened(deaf, path) as page, opened(deaf, f"/api/v1{path}?asked=delete") as program:
        assert 'data-more="yes"' in (await page.event()).data
        await program.event()
        await deaf.put_row(job_id, state="completed", version=2, kept=9, expires_at=IN_A_DAY)

        assert 'data-more="no"' in (await page.event()).data
        assert await page.event() == Told("end", "complete", "")
        assert await page.is_over()
        assert (await program.event()).event == "status"
        assert await program.event() == Told("end", "complete", "")

    await until_all_have_left(deaf)
    async with opened(deaf, f"{path}?asked=delete") as page:
        await page.event()
        await deaf.put_row(job_id, state="expired", version=3)

        assert await page.event() == Told("end", "expired", "")
        assert await page.is_over()


async def test_a_link_that_is_none_or_no_more_opens_no_stream(deaf: Gateway) -> None:
    _, gone = await a_job(deaf, state="expired")
    for path, status in (("/jobs/made-up/events", 404), (gone, 410)):
        for prefix, kind in (("", "text/html"), ("/api/v1", "application/problem+json")):
            async with deaf.visitor.get(prefix + path) as answer:
                assert (answer.status, answer.content_type) == (status, kind)
    async with deaf.visitor.head(gone) as answer:
        assert answer.status == 405


async def test_there_is_room_for_so_many_streams(deaf: Gateway) -> None:
    _, path = await a_job(deaf)
    async with opened(deaf, path) as one, opened(deaf, path) as other:
        await asyncio.gather(one.event(), other.event())
        async with deaf.visitor.get(path) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
        async with deaf.visitor.get(f"/api/v1{path}") as answer:
            assert (await answer.json(content_type=None))["code"] == "too_many_streams"
    await until_all_have_left(deaf)
    async with opened(deaf, path) as page:
        await page.event()


async def until_all_have_left(gateway: Gateway) -> None:
    async with asyncio.timeout(SOON):
        while gateway.desk.feed.open:
            await asyncio.sleep(0.02)


async def test_a_reader_that_does_not_read_is_dropped(deaf: Gateway) -> None:
    job_id, path = await a_job(deaf, query="w" * 100)
    address = urlsplit(str(deaf.visitor._base_url))
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        lazy.connect((address.hostname, address.port))
        lazy.sendall(f"GET {path} HTTP/1.1\r\nHost: any\r\n\r\n".encode())
        async with asyncio.timeout(SOON):
            while not deaf.desk.feed.open:
                await asyncio.sleep(0.01)
        for version in range(2, 12):
            await deaf.put_row(job_id, due_at=IN_A_DAY, query=f"{version}" * 100, version=version)
            await asyncio.sleep(0.06)

        await until_all_have_left(deaf)


async def test_a_gateway_that_stops_keeps_nobody_waiting(
    backbone: Backbone, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with ClientSession() as visitor:
        async with serving_gateway(backbone, tmp_path_factory.mktemp("archives")) as gateway:
            _, path = await a_job(gateway)
            page = Stream(await visitor.get(f"{gateway.visitor._base_url}{path}"))
            await page.event()
            began = time.monotonic()
        assert await page.is_over()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_asked_again_the_same_costs_nothing(deaf: Gateway, prefix: str) -> None:
    job_id, path = await a_job(deaf)
    path = prefix + path.removesuffix("/events")
    async with deaf.visitor.get(path) as answer:
        known = {"If-None-Match": answer.headers["ETag"]}
    async with deaf.visitor.get(path, headers=known) as answer:
        assert (answer.status, answer.headers["ETag"], await answer.read()) == (304, known["If-None-Match"], b"")

    await deaf.put_row(job_id, due_at=IN_A_DAY, version=2)
    async with deaf.visitor.get(path, headers=known) as answer:
        assert answer.status == 200
