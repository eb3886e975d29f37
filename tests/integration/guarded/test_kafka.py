"""A Kafka that wants a password and speaks TLS: every client of ours is let in, and told why when it is not."""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import trustme
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from services.gateway.live.listening import listen
from shared.dlq.__main__ import main
from shared.errors import DependencyAwayError
from shared.events import JobStarted, MailRefused
from shared.kafkaaccess import KafkaAccess
from shared.lag import group_lag
from shared.publisher import Publisher
from shared.tasks import in_background
from shared.topics import JOB_INBOX, JOB_LIFECYCLE
from shared.waiting import until_available, waiting_for
from tests.integration.bus import listening
from tests.integration.guarded.servers import PASSWORD, GuardedKafka
from tests.integration.guarded.told import environment

pytestmark = pytest.mark.integration

LIFECYCLE = TopicPartition(JOB_LIFECYCLE.name, 0)


async def test_a_service_consumes_and_answers_and_its_lag_is_known(kafka: GuardedKafka) -> None:
    job_id, group = uuid4(), f"group-{uuid4()}"
    publisher = await Publisher.connect(kafka.access, source="scheduler")
    answering = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.answering", group, env=dict(os.environ) | environment(kafka.access)
    )
    try:
        async with listening(kafka.url, JOB_INBOX) as bus, group_lag(kafka.access, group) as lag:
            await publisher.publish(JobStarted(job_id=job_id, sequence=1))
            await bus.event(job_id, MailRefused)
            async with asyncio.timeout(10):
                while (await lag.of([LIFECYCLE]))[LIFECYCLE].behind:
                    await asyncio.sleep(0.1)
            assert await lag.first_at(LIFECYCLE, 0) == 0
    finally:
        answering.kill()
        await answering.wait()
        await publisher.close()


async def test_the_gateway_hears_of_jobs(kafka: GuardedKafka) -> None:
    job_id = uuid4()
    heard: set[UUID] = set()
    publisher = await Publisher.connect(kafka.access_of("scheduler"), source="scheduler")

    async with in_background(listen(kafka.access_of("gateway"), heard.add)), asyncio.timeout(20):
        while job_id not in heard:
            await publisher.publish(JobStarted(job_id=job_id, sequence=1))
            await asyncio.sleep(0.1)

    await publisher.close()


async def dlq(*arguments: str) -> int:
    return await asyncio.to_thread(main, arguments)


async def test_an_operator_reads_the_dead_letters(
    kafka: GuardedKafka, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in environment(kafka.access_of("operator")).items():
        monkeypatch.setenv(name, text)

    assert await dlq("list") == 0

    monkeypatch.setenv("AID_KAFKA_PASSWORD", "a wrong one")
    assert await dlq("list") == 1
    told = capsys.readouterr().err
    assert "invalid credentials" in told
    assert "a wrong one" not in told


def with_another_authority(access: KafkaAccess, folder: Path) -> KafkaAccess:
    trustme.CA().cert_pem.write_to_path(folder / "another.pem")
    return replace(access, authority=folder / "another.pem")


def under_another_name(access: KafkaAccess, _: Path) -> KafkaAccess:
    return replace(access, servers=access.servers.replace("127.0.0.1", "localhost"))


def with_another_password(access: KafkaAccess, _: Path) -> KafkaAccess:
    return replace(access, password="a wrong one")


def without_login(access: KafkaAccess, _: Path) -> KafkaAccess:
    return replace(access, user=None, password=None)


@pytest.mark.parametrize(
    ("mistaken", "words"),
    [
        (with_another_password, "invalid credentials"),
        (without_login, "closed"),
        (with_another_authority, "certificate verify failed"),
        (under_another_name, "not valid for 'localhost'"),
    ],
)
async def test_who_is_not_let_in_is_told_why(
    mistaken: Callable[[KafkaAccess, Path], KafkaAccess], words: str, kafka: GuardedKafka, tmp_path: Path
) -> None:
    access = mistaken(kafka.access, tmp_path)

    with pytest.raises(DependencyAwayError, match=words) as raised:
        await Publisher.connect(access, source="test")

    assert "a wrong one" not in str(raised.value)
    with pytest.raises(DependencyAwayError, match=words):
        async with group_lag(access, "group"):
            pass


async def test_a_process_that_is_refused_waits_and_goes_on_once_its_password_is_good(kafka: GuardedKafka) -> None:
    early = replace(kafka.access, password="tomorrow's")

    with capture_logs() as lines:
        connecting = asyncio.create_task(until_available(lambda: Publisher.connect(early, source="test")))
        async with asyncio.timeout(20):
            while "kafka" not in waiting_for():
                await asyncio.sleep(0.05)
        await asyncio.to_thread(kafka.set_password, "tomorrow's")
        publisher = await asyncio.wait_for(connecting, 20)

    await publisher.publish(JobStarted(job_id=uuid4(), sequence=1))
    await publisher.close()
    await asyncio.to_thread(kafka.set_password, PASSWORD)
    assert any("invalid credentials" in line.get("detail", "") for line in lines)
    assert "tomorrow" not in str(lines)
