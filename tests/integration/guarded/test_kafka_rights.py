"""The users of deploy/k8s: each may do what it does there, tried with its own login, and none what is another's."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import TopicPartition
from kafka import KafkaAdminClient, KafkaConsumer
from kafka import TopicPartition as Place
from kafka.admin import OffsetTimestamp

from shared import topics
from shared.cloudevents import Delivery, Record
from shared.consumer import Consumer
from shared.deadletters import Failure, dead_letter
from shared.dlq.__main__ import main as dlq
from shared.errors import DependencyAwayError
from shared.health import Health
from shared.kafkarights import may_consume
from shared.lag import group_lag
from shared.provision import create_topics
from shared.publisher import Publisher
from shared.streams import build_stream_app, consume, run_streams
from shared.tasks import in_background
from tests.deploy.k8s.code import SERVICES, consumed, consumers, written
from tests.integration.bus import PATIENCE
from tests.integration.guarded.servers import GuardedKafka
from tests.integration.guarded.told import environment, provisioning

pytestmark = pytest.mark.integration

RUBBISH = b"no event at all"


async def write(kafka: GuardedKafka, user: str | None, *names: str) -> None:
    """Something no service can handle, by a user or, for none, by who may write everywhere."""
    publisher = await Publisher.connect(kafka.access_of(user) if user else kafka.access, source="test")
    try:
        await publisher.publish_records(*(Record(name, b"key", RUBBISH, ()) for name in names))
    finally:
        await publisher.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_writes_what_its_code_writes(service: str, kafka: GuardedKafka) -> None:
    await write(kafka, service, *written(service))


async def work_off(kafka: GuardedKafka, service: str) -> None:
    """All that waits for its group, each record into its dead letters."""
    access, places = kafka.access_of(service), [TopicPartition(name, 0) for name in consumed(service)]
    publisher = await Publisher.connect(access, source=service)
    app = build_stream_app(service, access)
    consume(app, [topic for topic in topics.FLOW if topic.name in consumed(service)], Consumer(service, {}, publisher))
    async with in_background(run_streams(app, Health())), group_lag(access, service) as lag:
        while any(each.behind for each in (await lag.of(places)).values()):
            await asyncio.sleep(0.1)
    await publisher.close()


async def test_every_service_reads_its_topics_to_the_end_and_puts_aside_what_it_must(kafka: GuardedKafka) -> None:
    await write(kafka, None, *{name for service in SERVICES for name in consumed(service)})

    async with asyncio.timeout(60), asyncio.TaskGroup() as all_at_once:
        for service in consumers():
            all_at_once.create_task(work_off(kafka, service))


async def put_aside(kafka: GuardedKafka, service: str, origin: str) -> None:
    delivery = Delivery(topic=origin, partition=0, offset=0, timestamp_ms=0, key=b"key", value=RUBBISH, headers=())
    publisher = await Publisher.connect(kafka.access_of(service), source=service)
    await publisher.publish_records(dead_letter(service, delivery, Failure(ValueError(), datetime.now(UTC), 1)))
    await publisher.close()


async def test_an_operator_sends_every_kind_of_dead_letter_back(
    kafka: GuardedKafka, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in environment(kafka.access_of("operator")).items():
        monkeypatch.setenv(name, text)
    ways = [(service, origin) for service in consumers() for origin in consumed(service)]
    for service, origin in ways:
        await put_aside(kafka, service, origin)

    async with asyncio.timeout(PATIENCE):  # it waits for nothing by itself, and this broker is busy
        while await asyncio.to_thread(dlq, ["replay", "--error", "ValueError"]) != 0:
            await asyncio.sleep(0.5)

    lines = capsys.readouterr().out.splitlines()
    for service, origin in ways:
        assert any(f"{service}.dlq" in line and line.endswith(f"sent back to {origin}") for line in lines), lines


async def test_an_operator_sends_the_schedulers_group_back(kafka: GuardedKafka) -> None:
    """As docs/recovery.md does after a restored Cassandra."""
    inbox = topics.JOB_INBOX.name
    before = datetime.now(UTC)
    await write(kafka, None, inbox)
    await work_off(kafka, "scheduler")

    (told,) = (await asyncio.to_thread(sent_back, kafka, "scheduler", inbox, before)).values()

    async with group_lag(kafka.access_of("scheduler"), "scheduler") as lag:
        (left,) = (await lag.of([TopicPartition(inbox, 0)])).values()
    assert told["error"].errno == 0
    assert left.behind >= 1


def sent_back(kafka: GuardedKafka, group: str, name: str, since: datetime) -> dict[Place, Any]:
    admin = KafkaAdminClient(**kafka.access_of("operator").options())
    try:
        (topic,) = admin.describe_topics([name])
        places = [Place(name, each["partition_index"]) for each in topic["partitions"]]
        at = OffsetTimestamp(int(since.timestamp() * 1000))
        return dict(admin.reset_group_offsets(group, dict.fromkeys(places, at)))
    finally:
        admin.close()


async def test_provisioning_sees_that_the_topics_are_there(kafka: GuardedKafka) -> None:
    async with asyncio.timeout(20):
        await create_topics(provisioning(kafka.access_of("provision")))


async def test_keda_reads_the_lag_of_every_group(kafka: GuardedKafka) -> None:
    """With Kafka's own requests for it: metadata, the group's offsets, the topic's ends."""
    told = await asyncio.to_thread(lags_told_to, kafka, "keda")

    assert told == {(service, name) for service in consumers() for name in consumed(service)}


def lags_told_to(kafka: GuardedKafka, user: str) -> set[tuple[str, str]]:
    options = kafka.access_of(user).options()
    admin, client = KafkaAdminClient(**options), KafkaConsumer(**options)
    told = set()
    try:
        for service in consumers():
            offsets = admin.list_group_offsets([service])
            for name in consumed(service):
                assert client.partitions_for_topic(name) == {0}
                assert client.end_offsets([Place(name, 0)])[Place(name, 0)] >= 0
                assert service in offsets
                told.add((service, name))
    finally:
        client.close()
        admin.close()
    return told


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("notifier", "job-lifecycle.v1"),
        ("packager", "job-due.v1"),
        ("scraper", "scheduler.dlq"),
        ("gateway", "job-lifecycle.v1"),
        ("scheduler", "job-inbox.v1"),
        ("provision", "job-inbox.v1"),
        ("keda", "job-inbox.v1"),
        ("operator", "job-progress.v1"),
    ],
)
async def test_nobody_writes_what_is_anothers(user: str, name: str, kafka: GuardedKafka) -> None:
    with pytest.raises(DependencyAwayError, match="Authorization"):
        await write(kafka, user, name)


@pytest.mark.parametrize(
    ("user", "group", "name", "missing"),
    [
        ("scraper", "scraper", "job-inbox.v1", "Read topic job-inbox.v1"),
        ("notifier", "notifier", "job-due.v1", "Describe topic job-due.v1"),
        ("packager", "notifier", "job-lifecycle.v1", "Describe group notifier"),
        ("keda", "notifier", "job-lifecycle.v1", "Read topic job-lifecycle.v1"),
    ],
)
async def test_nobody_reads_what_is_anothers(
    user: str, group: str, name: str, missing: str, kafka: GuardedKafka
) -> None:
    with pytest.raises(DependencyAwayError, match=missing):
        await may_consume(kafka.access_of(user), group, [name])
