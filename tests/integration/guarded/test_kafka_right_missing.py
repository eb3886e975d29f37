"""A service that lacks a right in Kafka waits and says which; once it has it, it goes on where it stood."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from services.gateway.live.listening import listen
from shared.cloudevents import Delivery, Record
from shared.consumer import Consumer
from shared.errors import DependencyAwayError, ServiceUnfitError
from shared.health import Health
from shared.kafkarights import may_consume
from shared.lag import group_lag
from shared.movement import Lag
from shared.publisher import Publisher
from shared.streams import build_stream_app, consume, run_streams
from shared.topics import JOB_LIFECYCLE, JOB_PROGRESS
from shared.waiting import waiting_for
from tests.integration.bus import PATIENCE
from tests.integration.guarded.servers import GuardedKafka
from tests.integration.guarded.users import Right, all_rights, allow, forbid

pytestmark = pytest.mark.integration

NAME = "notifier"
READ_TOPIC = Right(NAME, "Read", "topic", JOB_LIFECYCLE.name)
DESCRIBE_TOPIC = READ_TOPIC._replace(operation="Describe")
READ_GROUP = Right(NAME, "Read", "group", NAME)
DESCRIBE_GROUP = READ_GROUP._replace(operation="Describe")
WRITE_LETTERS = Right(NAME, "Write", "topic", "notifier.dlq")


@contextmanager
def without(kafka: GuardedKafka, *rights: Right) -> Iterator[None]:
    assert set(rights) <= set(all_rights())
    forbid(kafka, *rights)
    try:
        yield
    finally:
        allow(kafka, *rights)


async def refusal(kafka: GuardedKafka) -> str:
    """A broker learns of a right a moment after it is given or taken."""
    async with asyncio.timeout(10):
        while True:
            try:
                await may_consume(kafka.access_of(NAME), NAME, [JOB_LIFECYCLE.name])
            except DependencyAwayError as away:
                if "the right to" in str(away):
                    return str(away)
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("rights", "missing"),
    [
        ([READ_TOPIC], "Read topic job-lifecycle.v1"),
        ([READ_TOPIC, DESCRIBE_TOPIC], "Describe topic job-lifecycle.v1"),
        ([READ_GROUP], "Read group notifier"),
        ([READ_GROUP, DESCRIBE_GROUP], "Describe group notifier"),
    ],
)
async def test_the_right_that_is_missing_is_named(rights: list[Right], missing: str, kafka: GuardedKafka) -> None:
    with without(kafka, *rights):
        assert f"the right to {missing} is missing" in await refusal(kafka)


class Handling:
    """Keeps what it was given."""

    def __init__(self) -> None:
        self.values: list[bytes | None] = []

    async def handle(self, delivery: Delivery) -> None:
        self.values.append(delivery.value)


async def running(kafka: GuardedKafka, handling: Handling | Consumer) -> None:
    app = build_stream_app(NAME, kafka.access_of(NAME))
    consume(app, [JOB_LIFECYCLE], handling)
    await run_streams(app, Health())


async def write(kafka: GuardedKafka, value: bytes, key: bytes = b"key") -> None:
    publisher = await Publisher.connect(kafka.access, source="test")
    await publisher.publish_records(Record(JOB_LIFECYCLE.name, key, value, ()))
    await publisher.close()


async def until_it_waits(lines: Sequence[Mapping[str, Any]], words: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while "kafka" not in waiting_for() or not any(words in str(line.get("detail")) for line in lines):
            await asyncio.sleep(0.05)


async def test_a_service_waits_for_its_right_and_then_consumes_until_it_is_taken_away(kafka: GuardedKafka) -> None:
    handling = Handling()
    with capture_logs() as lines, without(kafka, READ_GROUP):
        await refusal(kafka)
        await write(kafka, b"early")
        work = asyncio.create_task(running(kafka, handling))
        await until_it_waits(lines, "Read group notifier")
        assert handling.values == []

    async with asyncio.timeout(PATIENCE):
        while b"early" not in handling.values:
            await asyncio.sleep(0.05)

    with without(kafka, READ_GROUP):
        await write(kafka, b"late")
        with pytest.raises(ServiceUnfitError, match="right") as ended:
            await asyncio.wait_for(work, PATIENCE)
    assert "GroupAuthorizationFailedError" in str(ended.value.facts)


async def lag_now(kafka: GuardedKafka) -> Lag:
    place = TopicPartition(JOB_LIFECYCLE.name, 0)
    async with group_lag(kafka.access, NAME) as lag:
        return (await lag.of([place]))[place]


async def test_what_cannot_be_put_aside_is_not_acknowledged(kafka: GuardedKafka) -> None:
    """The dead letters' topic is out of reach."""
    publisher = await Publisher.connect(kafka.access_of(NAME), source=NAME)
    with capture_logs() as lines, without(kafka, WRITE_LETTERS):
        rubbish = (await lag_now(kafka)).end
        await write(kafka, b"rubbish")
        work = asyncio.create_task(running(kafka, Consumer(NAME, {}, publisher)))
        await until_it_waits(lines, "notifier.dlq")
        assert (await lag_now(kafka)).acknowledged <= rubbish
        assert not any(line["event"] == "dead_lettered" for line in lines)

    async with asyncio.timeout(PATIENCE):
        while (await lag_now(kafka)).acknowledged <= rubbish:
            await asyncio.sleep(0.1)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await publisher.close()


FEED = Right("gateway", "Read", "topic", JOB_PROGRESS.name)


@pytest.mark.parametrize("rights", [[FEED], [FEED, FEED._replace(operation="Describe")]])
async def test_the_gateway_hears_nothing_says_why_and_hears_once_it_may(
    rights: list[Right], kafka: GuardedKafka
) -> None:
    heard = asyncio.Event()
    with capture_logs() as lines:
        with without(kafka, *rights):
            listening = asyncio.create_task(listen(kafka.access_of("gateway"), lambda _job: heard.set()))
            async with asyncio.timeout(PATIENCE):
                while not any(JOB_PROGRESS.name in str(line.get("detail")) for line in lines):
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(PATIENCE):
            while not heard.is_set():
                await write(kafka, b"rubbish", key=b"00000000-0000-0000-0000-000000000001")
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
