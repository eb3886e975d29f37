"""The notifier as a process, on real Kafka, Cassandra and SMTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notifier.letters import SUBJECTS
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.errors import Reason
from shared.events import (
    CancelRequested,
    Event,
    Fact,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobScheduled,
    JobStarted,
    MailDue,
    MailKind,
    MailRefused,
    MailReport,
    MailSent,
)
from shared.jobs import JobState
from shared.recipients import Recipient, Recipients
from shared.topics import JOB_INBOX, JOB_LIFECYCLE, dead_letters
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway
from tests.integration.relay import ScriptedRelay, relaying
from tests.integration.running import RunningService, running, start_service

pytestmark = pytest.mark.integration

SECRET = "a-key-for-links-nobody-else-has-seen"
KEYS = {"AID_SECRET_KEYS": SECRET, "AID_ADDRESS_KEY": "under which addresses are known"}


@pytest.fixture
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    async with listening(backbone.kafka_url, JOB_INBOX, JOB_LIFECYCLE, dead_letters("notifier")) as bus:
        yield bus


@pytest.fixture(scope="module")
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


@pytest.fixture(scope="module")
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with relaying() as relay:
        yield relay


def environment(backbone: Backbone, relay: ScriptedRelay) -> dict[str, str]:
    return backbone.environment() | {
        "AID_SMTP_URL": f"smtp://127.0.0.1:{relay.port}",
        "AID_MAIL_FROM": "Image Downloader <images@example.org>",
        "AID_PUBLIC_URL": "https://images.example.org",
        **KEYS,
    }


@pytest.fixture(scope="module")
async def notifier(
    backbone: Backbone, relay: ScriptedRelay, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningService]:
    folder = tmp_path_factory.mktemp("notifier")
    async with running("notifier", environment(backbone, relay), folder) as service:
        yield service


@pytest.fixture
async def gateway(backbone: Backbone, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with serving_gateway(backbone, tmp_path, told=KEYS) as gateway:
        yield gateway


class Job:
    """A job as the scheduler and the gateway have written it."""

    def __init__(self, cassandra: Cassandra, address: str = "") -> None:
        self.id = uuid4()
        self.address = address or f"{self.id}@example.com"
        self._cassandra = cassandra

    @classmethod
    async def running(cls, cassandra: Cassandra, *, address: str = "") -> "Job":
        job, now = cls(cassandra, address), datetime.now(UTC)
        person = Recipient(job.address, "Europe/Berlin")
        await Recipients(cassandra).put(job.id, person, due_at=now, now=now)
        await job.becomes(JobState.RUNNING)
        return job

    async def becomes(self, state: JobState) -> None:
        await self._cassandra.execute(
            "INSERT INTO jobs (job_id, state, run, version, query, images, found, kept, archive_size)"
            " VALUES (?, ?, 1, 2, 'red pandas', 20, 25, 20, 1000)",
            (self.id, state),
        )


def completed(job_id: UUID) -> JobCompleted:
    return JobCompleted(job_id=job_id, sequence=3, asked=20, found=25, kept=20, refused={}, mail_not_after=in_hours(4))


def failed(job_id: UUID) -> JobFailed:
    return JobFailed(job_id=job_id, sequence=3, reason=Reason.NO_RESULTS, mail_not_after=in_hours(4))


def in_hours(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def reports(bus: Bus, job_id: UUID) -> list[MailReport]:
    return [event for event in bus.events(job_id) if isinstance(event, MailReport)]


async def handled_all_of(bus: Bus, job_id: UUID) -> None:
    """Rubbish behind the job's events, on their partition: once it is buried, they have been handled."""
    key = str(job_id).encode()
    await bus.publish_raw(JOB_LIFECYCLE, b"rubbish", key=key)
    await bus.until(lambda: any(record.key == key for record in dead(bus)))


def dead(bus: Bus) -> list[Any]:
    return [record for record in bus.records if record.topic == "notifier.dlq"]


def buried(bus: Bus) -> dict[tuple[bytes, ...], Any]:
    """Dead letters by where they came from."""
    names = ("dlq_topic", "dlq_partition", "dlq_offset")
    return {tuple(dict(record.headers)[name] for name in names): record for record in dead(bus)}


def key_of(place: Any) -> tuple[bytes, ...]:
    return (place.topic.encode(), str(place.partition).encode(), str(place.offset).encode())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.05)


async def test_a_job_has_its_two_mails_each_reported(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService
) -> None:
    job = await Job.running(cassandra)

    await bus.publish(
        JobScheduled(job_id=job.id, sequence=1, due_at=in_hours(0)), JobStarted(job_id=job.id, sequence=2)
    )
    await relay.took(job.address)
    await job.becomes(JobState.COMPLETED)
    await bus.publish(completed(job.id))
    mails = await relay.took(job.address, 2)
    await bus.until(lambda: len(reports(bus, job.id)) == 2)

    assert [mail["Subject"] for mail in mails] == [SUBJECTS[MailKind.STARTED], SUBJECTS[MailKind.READY]]
    assert mails[1]["In-Reply-To"] == mails[0]["Message-ID"]
    for kind, report in zip((MailKind.STARTED, MailKind.READY), reports(bus, job.id), strict=True):
        assert isinstance(report, MailSent)
        assert report.kind is kind
        assert datetime.now(UTC) - report.accepted_at < timedelta(seconds=60)


async def test_a_failed_job_has_its_error_mail(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService
) -> None:
    job = await Job.running(cassandra)
    await job.becomes(JobState.FAILED)

    await bus.publish(failed(job.id))
    (mail,) = await relay.took(job.address)

    assert mail["Subject"] == SUBJECTS[MailKind.ERROR]
    assert (await bus.event(job.id, MailSent)).kind is MailKind.ERROR


async def test_a_cancelled_job_has_no_mail(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService
) -> None:
    job = await Job.running(cassandra)
    await job.becomes(JobState.CANCELLED)

    await bus.publish(JobStarted(job_id=job.id, sequence=2), JobCancelled(job_id=job.id, sequence=3))
    await handled_all_of(bus, job.id)

    assert relay.mails_to(job.address) == []
    assert reports(bus, job.id) == []


async def test_this_was_not_me_ends_all_mails_to_an_address_until_it_is_taken_back(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService, gateway: Gateway
) -> None:
    async def next_job() -> Job:
        """Another one for the same person, about to begin."""
        job = await Job.running(cassandra, address=first.address)
        await bus.publish(JobStarted(job_id=job.id, sequence=2))
        return job

    first = await Job.running(cassandra)
    await bus.publish(JobStarted(job_id=first.id, sequence=2))
    (mail,) = await relay.took(first.address)
    path = mail["List-Unsubscribe"].strip("<>").removeprefix("https://images.example.org")
    assert f"https://images.example.org{path}" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    for _ in range(3):
        async with gateway.visitor.get(path) as answer:
            assert answer.status == 200
    async with gateway.visitor.post(path, data={"List-Unsubscribe": "One-Click"}) as answer:
        assert answer.status == 200
    assert (await bus.event(first.id, CancelRequested)).job_id == first.id
    await first.becomes(JobState.COMPLETED)
    await bus.publish(completed(first.id))
    refused = await next_job()
    assert (await bus.event(first.id, MailRefused)).kind is MailKind.READY
    assert (await bus.event(refused.id, MailRefused)).kind is MailKind.STARTED
    assert len(relay.mails_to(first.address)) == 1

    async with gateway.visitor.post(f"{path}/undo") as answer:
        assert answer.status == 200
    allowed = await next_job()

    assert (await bus.event(allowed.id, MailSent)).kind is MailKind.STARTED
    assert len(relay.mails_to(first.address)) == 2


async def test_a_mail_put_off_goes_when_it_is_due(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService
) -> None:
    job = await Job.running(cassandra)
    await job.becomes(JobState.COMPLETED)
    relay.answers("RCPT", "450 {address} is busy")

    await bus.publish(completed(job.id))
    await bus.until(lambda: reports(bus, job.id))
    due = MailDue(job_id=job.id, sequence=4, kind=MailKind.READY, mail_not_after=in_hours(4))
    await bus.publish(due)
    await relay.took(job.address)
    await bus.event(job.id, MailSent)

    assert [report.type_name() for report in reports(bus, job.id)] == ["aid.mail-deferred.v1", "aid.mail-sent.v1"]


async def test_everything_told_again_sends_nothing_again(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService
) -> None:
    job = await Job.running(cassandra)
    facts: list[Event] = [JobStarted(job_id=job.id, sequence=2)]
    await bus.publish(*facts)
    await relay.took(job.address)
    await job.becomes(JobState.COMPLETED)
    facts += [
        completed(job.id),
        MailDue(job_id=job.id, sequence=4, kind=MailKind.READY, mail_not_after=in_hours(4)),
    ]
    await bus.publish(*facts[1:])
    await bus.until(lambda: len(reports(bus, job.id)) == 3)

    await bus.publish(*facts)
    await bus.until(lambda: len(reports(bus, job.id)) == 6)

    assert len(relay.mails_to(job.address)) == 2
    assert len({report.event_id for report in reports(bus, job.id)}) == 2
    assert len({report.model_dump_json() for report in reports(bus, job.id)}) == 2


async def test_after_its_end_a_job_is_forgotten_and_a_replay_sends_nothing(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService
) -> None:
    job = await Job.running(cassandra)
    await bus.publish(JobStarted(job_id=job.id, sequence=2))
    await bus.event(job.id, MailSent)
    await job.becomes(JobState.EXPIRED)

    facts: list[Fact] = [
        JobStarted(job_id=job.id, sequence=2),
        completed(job.id),
        JobExpired(job_id=job.id, sequence=4),
    ]
    await bus.publish(facts[-1])
    await bus.publish(*facts)
    await handled_all_of(bus, job.id)

    assert len(relay.mails_to(job.address)) == 1
    for table in ("recipients", "mails"):
        assert await cassandra.execute(f"SELECT * FROM {table} WHERE job_id = ?", (job.id,)) == []  # noqa: S608


async def test_rubbish_lies_in_the_dead_letters_with_its_origin_and_the_next_is_handled(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService
) -> None:
    rubbish = [
        (b"not json", [("ce_type", b"aid.job-started.v1")]),
        (b"{}", [("ce_type", b"aid.job-started.v1")]),
        (b"{}", [("ce_type", b"aid.no-such-thing.v1")]),
        (b"{}", []),
        (b"x" * 100_000, [("ce_type", b"aid.job-started.v1")]),
        (b"", [("ce_type", b"aid.job-started.v1")]),
    ]

    placed = [await bus.publish_raw(JOB_LIFECYCLE, value, headers) for value, headers in rubbish]
    await bus.until(lambda: {key_of(place) for place in placed} <= set(buried(bus)))
    job = await Job.running(cassandra)
    await bus.publish(JobStarted(job_id=job.id, sequence=2))

    await relay.took(job.address)
    for (value, headers), place in zip(rubbish, placed, strict=True):
        letter = buried(bus)[key_of(place)]
        assert letter.value == value
        assert list(letter.headers[: len(headers)]) == headers
        told = dict(letter.headers)
        assert (told["dlq_error"], told["dlq_attempts"]) == (b"InvalidEventError", b"1")
        assert told["dlq_message"]


async def test_a_relay_away_is_waited_for_and_named(
    bus: Bus, cassandra: Cassandra, relay: ScriptedRelay, notifier: RunningService
) -> None:
    job = await Job.running(cassandra)
    await relay.stop()

    await bus.publish(JobStarted(job_id=job.id, sequence=2))
    await until(lambda: any(line.get("dependency") == "smtp" for line in notifier.lines()))
    await relay.start()

    await relay.took(job.address)
    assert isinstance(await bus.event(job.id, MailSent), MailSent)


async def test_a_notifier_without_its_settings_ends_at_once_and_names_them(tmp_path: Path) -> None:
    service = await start_service("notifier", {"AID_KAFKA_URL": "127.0.0.1:1"}, tmp_path)

    assert await service.ended() == 2
    told = service.text()
    for name in ("AID_CASSANDRA_HOSTS", "AID_SMTP_URL", "AID_MAIL_FROM", "AID_PUBLIC_URL", "AID_ADDRESS_KEY"):
        assert f"{name}: Field required" in told


async def test_a_notifier_whose_servers_are_away_says_so_and_stops_when_told(
    backbone: Backbone, relay: ScriptedRelay, tmp_path: Path
) -> None:
    nowhere = {"AID_KAFKA_URL": "127.0.0.1:1", "AID_CASSANDRA_HOSTS": "127.0.0.1:1"}
    service = await start_service("notifier", environment(backbone, relay) | nowhere, tmp_path)
    try:
        await until(lambda: any(line.get("dependency") == "cassandra" for line in service.lines()))

        assert await service.stop() == 0
    finally:
        await service.kill()


async def test_no_line_it_wrote_holds_an_address_or_a_link(notifier: RunningService, relay: ScriptedRelay) -> None:
    text = notifier.text()

    assert notifier.lines()
    assert len(notifier.lines()) == len(text.splitlines())
    assert "@example.com" not in text
    assert "[address]" not in text  # nor was one taken out on the way
    assert SECRET not in text
    assert "images.example.org/" not in text
    assert {line["service"] for line in notifier.lines()} == {"notifier"}
