import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from shared.cloudevents import Delivery
from shared.health import Health
from shared.kafkaaccess import KafkaAccess
from shared.provision import ProvisionSettings, create_topics
from shared.streamapp import StreamApp
from shared.streams import build_stream_app, consume, run_streams
from shared.topics import JOB_DUE

pytestmark = pytest.mark.integration


class Idle:
    async def handle(self, delivery: Delivery) -> None:
        """Nothing comes."""


def idle(group: str, kafka_url: str) -> StreamApp:
    app = build_stream_app(group, KafkaAccess(kafka_url))
    consume(app, [JOB_DUE], Idle())
    return app


async def stopped(app: StreamApp, *, after: float) -> float:
    """Seconds from the moment it is told to stop until it has."""
    running = asyncio.ensure_future(run_streams(app, Health()))
    await asyncio.sleep(after)
    running.cancel()
    told = asyncio.get_running_loop().time()
    with suppress(asyncio.CancelledError):
        await running
    return asyncio.get_running_loop().time() - told


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5, 1.0])
async def test_a_consumer_that_is_told_to_stop_while_it_starts_leaves_no_task_and_no_folder_behind(
    kafka_url: str, seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = asyncio.all_tasks()

    await stopped(idle(f"stopped-after-{seconds}-{uuid4()}", kafka_url), after=seconds)

    left = asyncio.all_tasks() - before
    _, pending = await asyncio.wait(left, timeout=5) if left else (left, set())
    assert not pending
    assert files_in(tmp_path) == []


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
async def group_that_never_gathers(kafka_url: str) -> AsyncIterator[str]:
    """It has a member that says it lives, but does not join again: whoever comes new waits for it, for a minute."""
    await create_topics(ProvisionSettings(kafka_url=kafka_url, cassandra_hosts="unused:1", partitions=4))
    group = f"never-gathers-{uuid4()}"
    member = AIOKafkaConsumer(JOB_DUE.name, bootstrap_servers=kafka_url, group_id=group, session_timeout_ms=30_000)
    await member.start()
    member._coordinator._coordination_task.cancel()
    yield group
    with suppress(asyncio.CancelledError):
        await member.stop()
    await member._fetcher.close()
    await member._client.close()


async def members(kafka_url: str, group: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([group])
        return len(answer.groups[0][5])
    finally:
        await admin.close()


async def test_a_consumer_that_waits_to_join_its_group_can_be_stopped_and_leaves_it(
    kafka_url: str, group_that_never_gathers: str
) -> None:
    """The broker reads its LeaveGroup only once it has answered the JoinGroup before it on the same connection."""
    app = idle(group_that_never_gathers, kafka_url)
    running = asyncio.ensure_future(run_streams(app, Health()))
    async with asyncio.timeout(30):
        while await members(kafka_url, group_that_never_gathers) < 2:
            await asyncio.sleep(0.1)

    running.cancel()
    async with asyncio.timeout(8):
        with suppress(asyncio.CancelledError):
            await running

    assert await members(kafka_url, group_that_never_gathers) == 1


def thread_of(app: StreamApp) -> Any:
    consumer: Any = app.consumer
    return consumer._thread


async def test_a_fetch_that_backs_off_does_not_break_the_goodbye_off(kafka_url: str) -> None:
    """The client stumbles over it; pytest fails for what a thread dies of."""
    await create_topics(ProvisionSettings(kafka_url=kafka_url, cassandra_hosts="unused:1", partitions=4))
    app = idle(f"backing-off-{uuid4()}", kafka_url)
    running = asyncio.ensure_future(run_streams(app, Health()))
    async with asyncio.timeout(30):
        while not (thread := thread_of(app)) or not thread._consumer or not thread._consumer.assignment():
            await asyncio.sleep(0.05)
    fetcher, client = thread._consumer._fetcher, thread._consumer._client

    async def back_off() -> None:
        fetcher._pending_tasks.add(asyncio.ensure_future(asyncio.sleep(60)))
        await asyncio.sleep(0)

    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(back_off(), thread.thread_loop))
    running.cancel()
    async with asyncio.timeout(8):
        with suppress(asyncio.CancelledError):
            await running

    assert not any(connection.connected() for connection in client._conns.values())
    assert await members(kafka_url, app.conf.id) == 0
