"""What whoever publishes may rely on, on the real broker and in memory alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.artefacts import kafka_jars
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.servers import serving
from shared.cloudevents import Record, decode
from shared.consumer import Publishing
from shared.errors import DependencyAwayError
from shared.events import ImagesFound, JobExpired, JobStarted, SearchDue
from shared.goodbyes import GOODBYE_SECONDS
from shared.kafkaaccess import KafkaAccess
from shared.provision import ProvisionSettings, create_topics
from shared.publisher import Publisher
from shared.topics import IMAGE_BATCHES, JOB_DUE, JOB_LIFECYCLE, MAX_EVENT_BYTES, dead_letters
from tests.contract.memory import MemoryPublisher

DEAD = dead_letters("packager")
TOPICS = [topic.name for topic in (JOB_LIFECYCLE, JOB_DUE, IMAGE_BATCHES, DEAD)]


@dataclass
class Subject:
    """A publisher, what lies on the topics, and one whose broker has gone."""

    publisher: Publishing
    records: Callable[[], Awaitable[list[Record]]]
    unreachable: Callable[[], Awaitable[Publishing]]


async def in_memory() -> Subject:
    publisher, away = MemoryPublisher(), MemoryPublisher()
    away.away = True

    async def records() -> list[Record]:
        return publisher.records

    async def unreachable() -> Publishing:
        return away

    return Subject(publisher, records, unreachable)


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.integration)])
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    if request.param == "memory":
        yield await in_memory()
        return
    kafka_url = request.getfixturevalue("kafka_url")
    settings = ProvisionSettings(kafka_url=kafka_url, cassandra_hosts="unused:1", partitions=4)
    await create_topics(settings)
    publisher = await Publisher.connect(KafkaAccess(kafka_url), source="test")
    orphans: list[Publisher] = []

    async def unreachable() -> Publishing:
        orphans.append(await orphaned(tmp_path))
        return orphans[0]

    yield Subject(publisher, lambda: everything_on(kafka_url), unreachable)
    async with asyncio.timeout(GOODBYE_SECONDS + 2):
        await asyncio.gather(publisher.close(), *(orphan.close() for orphan in orphans))


async def orphaned(home: Path) -> Publisher:
    """A publisher whose broker was there, took the topics, and was killed."""
    port, controller_port = free_ports(2)
    kafka = Kafka(home=home, jars=kafka_jars(), port=port, controller_port=controller_port)
    with serving(kafka, home):
        await create_topics(ProvisionSettings(kafka_url=kafka.url, cassandra_hosts="unused:1", partitions=1))
        publisher = await Publisher.connect(KafkaAccess(kafka.url), source="test", delivery_seconds=1.5)
        await publisher.publish(JobStarted(job_id=uuid4()))
    return publisher


async def everything_on(kafka_url: str) -> list[Record]:
    """All there is, partition by partition."""
    consumer = AIOKafkaConsumer(*TOPICS, bootstrap_servers=kafka_url, auto_offset_reset="earliest")
    await consumer.start()
    found: list[Record] = []
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            batches = await consumer.getmany(timeout_ms=200)
            found += [Record(r.topic, r.key, r.value, r.headers) for batch in batches.values() for r in batch]
    finally:
        await consumer.stop()
    return found


async def of_job(subject: Subject, job_id: UUID) -> list[Record]:
    return [record for record in await subject.records() if record.key == str(job_id).encode()]


async def test_a_published_event_lies_on_its_topic_under_its_job(subject: Subject) -> None:
    event = SearchDue(job_id=uuid4(), run=1, query="röda pandor", images=20)

    await subject.publisher.publish(event)

    (record,) = await of_job(subject, event.job_id)
    assert record.topic == JOB_DUE.name
    assert decode(record.topic, record.value, record.headers) == event
    assert dict(record.headers)["ce_source"] == b"/aid/test"


async def test_events_of_one_job_stay_in_their_order(subject: Subject) -> None:
    job_id = uuid4()
    events = [ImagesFound(job_id=job_id, run=1, sequence=number, found=number) for number in range(1, 101)]

    await subject.publisher.publish(*events[:50])
    for event in events[50:]:
        await subject.publisher.publish(event)

    records = await of_job(subject, job_id)
    assert [decode(record.topic, record.value, record.headers) for record in records] == events


async def test_events_of_several_topics_go_in_one_call(subject: Subject) -> None:
    job_id = uuid4()

    await subject.publisher.publish(JobStarted(job_id=job_id), SearchDue(job_id=job_id, query="x", images=1))

    assert {record.topic for record in await of_job(subject, job_id)} == {JOB_LIFECYCLE.name, JOB_DUE.name}


async def test_publishing_nothing_is_nothing(subject: Subject) -> None:
    before = len(await subject.records())

    await subject.publisher.publish()
    await subject.publisher.publish_records()

    assert len(await subject.records()) == before


async def test_many_publish_at_once(subject: Subject) -> None:
    job_ids = [uuid4() for _ in range(200)]

    await asyncio.gather(*(subject.publisher.publish(JobExpired(job_id=job_id)) for job_id in job_ids))

    expected = {str(job_id).encode() for job_id in job_ids}
    assert expected <= {record.key for record in await subject.records()}


@pytest.mark.parametrize("key", [None, b"\xff\x00 no text"])
async def test_a_record_is_published_as_it_is(subject: Subject, key: bytes | None) -> None:
    mark = uuid4().bytes
    record = Record(DEAD.name, key, mark + b"\xff" * 900_000, (("ce_type", b"\xff"), ("same", b"1"), ("same", b"")))

    await subject.publisher.publish_records(record)

    (found,) = [found for found in await subject.records() if (found.value or b"").startswith(mark)]
    assert found == record


async def test_a_dead_letter_has_room_for_a_record_larger_than_any_event(subject: Subject) -> None:
    mark = uuid4().bytes

    await subject.publisher.publish_records(Record(DEAD.name, None, mark + b"x" * 20 * MAX_EVENT_BYTES))

    assert any((found.value or b"").startswith(mark) for found in await subject.records())


async def test_a_broker_that_does_not_answer_is_away(subject: Subject) -> None:
    publisher = await subject.unreachable()

    async with asyncio.timeout(5):
        with pytest.raises(DependencyAwayError) as raised:
            await publisher.publish(JobStarted(job_id=uuid4()))

    assert raised.value.dependency == "kafka"


@pytest.mark.integration
async def test_a_producer_that_is_stuck_while_its_broker_is_well_is_replaced(kafka_url: str) -> None:
    await create_topics(ProvisionSettings(kafka_url=kafka_url, cassandra_hosts="unused:1", partitions=4))
    publisher = await Publisher.connect(KafkaAccess(kafka_url), source="test", delivery_seconds=1.0)
    event = JobStarted(job_id=uuid4())
    producer = publisher._producer
    producer._sender._muted_partitions.update(TopicPartition(JOB_LIFECYCLE.name, at) for at in range(4))

    with pytest.raises(DependencyAwayError):
        await publisher.publish(event)
    await publisher.publish(event)

    assert publisher._producer is not producer
    await publisher.close()
