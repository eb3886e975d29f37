"""A consuming process on a real Kafka: rubbish is put aside and holds nothing up."""

import asyncio
import gzip
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka.codec import zstd_encode

from shared.anyrecords import MOST_BYTES
from shared.events import ImagesFound, JobCancelled, JobStarted, MailRefused
from shared.topics import JOB_INBOX, JOB_LIFECYCLE, MAX_EVENT_BYTES, dead_letters
from tests.integration.answering import DEAD_LETTERS_OF
from tests.integration.batches import GZIP, ZSTD, RawRecord, batch, produce, records_of, sealed
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.running import RunningService

pytestmark = pytest.mark.integration

JOB_STARTED = [("ce_type", JobStarted.type_name().encode())]


@pytest.fixture
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    async with listening(backbone.kafka_url, JOB_INBOX, dead_letters(DEAD_LETTERS_OF)) as bus:
        yield bus


@asynccontextmanager
async def answering(backbone: Backbone, group: str, folder: Path) -> AsyncIterator[RunningService]:
    log = folder / f"answering-{uuid4().hex[:6]}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.integration.answering",
            group,
            env=dict(os.environ) | backbone.environment(),
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )
    service = RunningService("answering", process, "", log)
    try:
        yield service
    finally:
        await service.kill()


async def test_whatever_is_no_event_is_buried_and_the_next_is_handled(
    bus: Bus, backbone: Backbone, tmp_path: Path
) -> None:
    job_id = uuid4()
    key = str(job_id).encode()
    misplaced = ImagesFound(job_id=job_id, found=1)
    rubbish: list[tuple[bytes | None, list[tuple[str, bytes]]]] = [
        (b"rubbish", JOB_STARTED),
        (b"\xff\xfe\x00", JOB_STARTED),
        (None, JOB_STARTED),
        (b"x" * (MAX_EVENT_BYTES + 1), JOB_STARTED),
        (b"x" * 900_000, JOB_STARTED),
        (b"{}", [("ce_type", b"aid.job-exploded.v1")]),
        (b"{}", []),
        (misplaced.model_dump_json().encode(), [("ce_type", misplaced.type_name().encode())]),
        (b'{"job_id": 7}', JOB_STARTED),
    ]

    placed = [await bus.publish_raw(JOB_LIFECYCLE, value, headers, key=key) for value, headers in rubbish]
    await bus.publish(JobCancelled(job_id=job_id, sequence=1), JobStarted(job_id=job_id, sequence=2))
    async with answering(backbone, f"group-{uuid4()}", tmp_path):
        await bus.event(job_id, MailRefused, patience=40)

    letters = [record for record in bus.records if record.topic == "scraper.dlq" and record.key == key]
    assert [letter.value for letter in letters] == [value for value, _ in rubbish]
    for letter, (_, headers), place in zip(letters, rubbish, placed, strict=True):
        assert list(letter.headers[: len(headers)]) == headers
        told = dict(letter.headers)
        assert told["dlq_topic"] == b"job-lifecycle.v1"
        assert (int(told["dlq_partition"]), int(told["dlq_offset"])) == (place.partition, place.offset)
        assert int(told["dlq_timestamp"]) == place.timestamp
        assert told["dlq_error"] == b"InvalidEventError"
    assert len([event for event in bus.events(job_id) if isinstance(event, MailRefused)]) == 1


async def test_records_that_no_strict_client_can_read_are_buried_and_those_beside_them_are_handled(
    bus: Bus, backbone: Backbone, tmp_path: Path
) -> None:
    """Each of these would end the fetching of its partition, again after every restart."""
    job_id = uuid4()
    key = str(job_id).encode()
    place = await bus.publish_raw(JOB_LIFECYCLE, b"first", JOB_STARTED, key=key)
    event = JobStarted(job_id=job_id, sequence=1)
    readable = RawRecord(event.model_dump_json().encode(), key, ((b"ce_type", JOB_STARTED[0][1]), (b"null", None)))
    odd = RawRecord(b"odd", key, ((b"\xff\xfe", b"x"), (b"", b"")))
    bomb = sealed(zstd_encode(records_of(batch([RawRecord(b"\0" * MOST_BYTES)]))), 1, codec=ZSTD)
    behind = sealed(gzip.compress(records_of(batch([readable]))) + b"behind the stream", 1, codec=GZIP)

    for whole in (batch([odd, readable]), bomb, behind):
        await produce(backbone.kafka_url, JOB_LIFECYCLE.name, place.partition, whole)
    await bus.publish(JobStarted(job_id=job_id, sequence=2))
    async with answering(backbone, f"group-{uuid4()}", tmp_path):
        await bus.until(lambda: any(event.sequence == 2 for event in answers_to(bus, job_id)), patience=40)

    assert [event.sequence for event in answers_to(bus, job_id)] == [1, 1, 2]
    letters = [letter for letter in bus.records if letter.topic == "scraper.dlq" and came_from(letter, place)]
    assert [letter.value for letter in letters[1:]] == [b"odd", letters[2].value]
    assert list(letters[1].headers[:2]) == [("\\xff\\xfe", b"x"), ("", b"")]
    assert letters[2].value[20:] == bomb[20:]  # the broker writes the offset into the batch's beginning
    assert b"unreadable batch" in dict(letters[2].headers)["dlq_message"]


def came_from(letter: Any, place: Any) -> bool:
    told = dict(letter.headers)
    return told["dlq_partition"] == b"%d" % place.partition and int(told["dlq_offset"]) >= int(place.offset)


def answers_to(bus: Bus, job_id: UUID) -> list[MailRefused]:
    return [event for event in bus.events(job_id) if isinstance(event, MailRefused)]
