"""What Kafka says of jobs, passed on to whoever watches one here (aiokafka).

Every gateway reads all of it, without a group and from now on. Nothing depends on it: what is missed, as while Kafka is
away, is seen at the next look.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from prometheus_client import Counter

from shared.anyrecords import read_any_record
from shared.errors import brief
from shared.goodbyes import say_goodbye
from shared.kafkaaccess import KafkaAccess
from shared.kafkaclients import answering, start_client
from shared.topics import JOB_LIFECYCLE, JOB_PROGRESS
from shared.waiting import pauses, until_available

log = structlog.get_logger()

HEARD = Counter("aid_feed_records_total", "Records of the public feed that were read", ["topic"])
UNREADABLE = Counter("aid_feed_unreadable_total", "Records of the public feed that name no job")
for _topic in (JOB_LIFECYCLE, JOB_PROGRESS):
    HEARD.labels(_topic.name)

_TOPICS = (JOB_LIFECYCLE, JOB_PROGRESS)
_START_SECONDS = 10.0
_POLL_MILLISECONDS = 60_000
_METADATA_MILLISECONDS = 30_000
"""So soon a new partition is read."""
_MOST_BYTES = 256 * 1024
"""Of one partition at a time: a flood is read piece by piece."""


async def listen(kafka: KafkaAccess, tell: Callable[[UUID], None]) -> None:
    """Until cancelled; Kafka may come, go and come back."""
    read_any_record()
    for pause in pauses():
        try:
            await _read(kafka, tell)
        except KafkaError as error:
            log.warning("dependency_away", dependency="kafka", detail=brief(error))
        except Exception:
            # Were it to stop, every page would be behind from then on.
            log.exception("feed_failed")
        await asyncio.sleep(pause)


async def _read(kafka: KafkaAccess, tell: Callable[[UUID], None]) -> None:
    async with AsyncExitStack() as stack:
        consumer = await until_available(partial(_connect, stack, kafka))
        log.info("feed_open")
        await _pass_on(consumer, tell)


async def _connect(stack: AsyncExitStack, kafka: KafkaAccess) -> AIOKafkaConsumer:
    return await stack.enter_async_context(_consumer(kafka))


@asynccontextmanager
async def _consumer(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaConsumer]:
    """DependencyAwayError when no broker answers, or has no such topics yet."""
    consumer = AIOKafkaConsumer(
        *(topic.name for topic in _TOPICS),
        **kafka.options(),
        auto_offset_reset="latest",
        metadata_max_age_ms=_METADATA_MILLISECONDS,
        max_partition_fetch_bytes=_MOST_BYTES,
    )
    try:
        await _start(consumer, kafka)
        yield consumer
    finally:
        await say_goodbye(consumer)


async def _start(consumer: AIOKafkaConsumer, kafka: KafkaAccess) -> None:
    async with answering(_START_SECONDS):
        await start_client(consumer, kafka)
        # Else each partition begins at whatever end it has when it is first read.
        await asyncio.gather(*map(consumer.position, consumer.assignment()))


async def _pass_on(consumer: AIOKafkaConsumer, tell: Callable[[UUID], None]) -> None:
    while True:
        for place, records in (await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)).items():
            HEARD.labels(place.topic).inc(len(records))
            # The key is enough: a record wakes, and tells nothing.
            for job_id in {job_in(record.key) for record in records}:
                if job_id is None:
                    UNREADABLE.inc()
                else:
                    tell(job_id)


def job_in(key: bytes | None) -> UUID | None:
    """The job a record is about; None when it names none."""
    try:
        return UUID((key or b"").decode("ascii"))
    except ValueError:
        return None
