"""The scheduler as a process, on real Kafka and Cassandra."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer

from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.cloudevents import encode
from shared.errors import Reason
from shared.events import (
    ArchiveBuilt,
    CancelRequested,
    DeleteRequested,
    Failure,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobScheduled,
    JobStarted,
    JobSubmitted,
    MailDeferred,
    MailDue,
    MailKind,
    MailSent,
    RescheduleRequested,
    RunFailed,
    SearchDue,
)
from shared.filters import Colour, Filters
from shared.jobs import Jobs, JobState
from shared.topics import JOB_DUE, JOB_INBOX, JOB_LIFECYCLE, dead_letters
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.running import RunningService, running

pytestmark = pytest.mark.integration

SHORT = {"AID_LINK_MINUTES": "0.01", "AID_CLEANUP_MINUTES": "0.03"}


@pytest.fixture
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    async with listening(backbone.kafka_url, JOB_DUE, JOB_LIFECYCLE, dead_letters("scheduler")) as bus:
        yield bus


@pytest.fixture
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


@pytest.fixture(scope="module")
async def scheduler(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningService]:
    async with running("scheduler", backbone.environment() | SHORT, tmp_path_factory.mktemp("scheduler")) as service:
        yield service


def a_job(due_in: float = 0.0) -> JobSubmitted:
    now = datetime.now(UTC)
    return JobSubmitted(
        job_id=uuid4(), query="red pandas", images=20, due_at=now + timedelta(seconds=due_in), submitted_at=now
    )


def an_archive(job_id: UUID, run: int = 1) -> ArchiveBuilt:
    return ArchiveBuilt(job_id=job_id, run=run, found=23, kept=20, refused={"gone": 1}, size=1000, sha256="0" * 64)


async def test_a_job_is_released_at_its_time_and_not_before(bus: Bus, scheduler: RunningService) -> None:
    first = a_job()
    await bus.publish(first)
    await bus.event(first.job_id, JobStarted)
    job = a_job(due_in=2)

    await bus.publish(job)
    due = await bus.event(job.job_id, SearchDue)

    record = next(r for r in bus.records if r.topic == JOB_DUE.name and r.key.decode() == str(job.job_id))
    late = record.timestamp / 1000 - job.due_at.timestamp()
    assert (due.run, due.query, due.images) == (1, "red pandas", 20)
    assert 0 <= late < 5, "on a machine that is busy; how late it is in earnest, bench.release measures"
    await bus.event(job.job_id, JobStarted)


async def test_the_end_mark_of_a_foreign_transaction_holds_no_job_up(
    bus: Bus, backbone: Backbone, scheduler: RunningService
) -> None:
    job = a_job(due_in=3)
    await bus.publish(job)
    await bus.event(job.job_id, JobScheduled)

    again = encode(job, source="foreign", now=datetime.now(UTC))
    producer = AIOKafkaProducer(bootstrap_servers=backbone.kafka_url, transactional_id=f"foreign-{uuid4()}")
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(JOB_INBOX.name, again.value, key=again.key, headers=list(again.headers))
    await producer.stop()

    await bus.event(job.job_id, SearchDue, patience=30)


async def test_the_same_job_twice_starts_once(bus: Bus, scheduler: RunningService) -> None:
    job = a_job()

    await bus.publish(job, job)
    await bus.event(job.job_id, JobStarted)
    await bus.publish(job, CancelRequested(job_id=job.job_id))
    await bus.event(job.job_id, JobCancelled)

    kinds = [type(event) for event in bus.events(job.job_id)]
    assert [kinds.count(kind) for kind in (JobScheduled, SearchDue, JobStarted, JobCancelled)] == [1, 1, 1, 1]


async def test_a_job_lives_from_submission_to_oblivion(
    bus: Bus, scheduler: RunningService, cassandra: Cassandra
) -> None:
    filters = Filters(colour=Colour.TEAL, safe_search=False, site="example.com")
    job = a_job().model_copy(update={"filters": filters})
    jobs = Jobs(cassandra)

    await bus.publish(job)
    asked = await bus.event(job.job_id, SearchDue)
    await bus.publish(an_archive(job.job_id))
    done = await bus.event(job.job_id, JobCompleted)
    completed = await jobs.find(job.job_id)
    accepted_at = datetime.now(UTC)
    await bus.publish(MailSent(job_id=job.job_id, kind=MailKind.READY, accepted_at=accepted_at))
    await bus.event(job.job_id, JobExpired)
    expired = await jobs.find(job.job_id)

    assert (done.asked, done.found, done.kept, done.refused) == (20, 23, 20, {"gone": 1})
    assert asked.filters == filters
    assert completed is not None
    assert completed.filters == filters
    assert (completed.state, completed.archive_run, completed.kept) == (JobState.COMPLETED, 1, 20)
    assert expired is not None
    assert (expired.state, expired.query, expired.images) == (JobState.EXPIRED, "", 0)
    assert expired.filters == Filters()
    assert [event.sequence for event in bus.events(job.job_id) if event.topic is JOB_LIFECYCLE] == sorted(
        event.sequence for event in bus.events(job.job_id) if event.topic is JOB_LIFECYCLE
    )


async def test_a_repeat_after_the_end_starts_nothing_but_deletes_again(bus: Bus, scheduler: RunningService) -> None:
    job = a_job(due_in=3600)
    await bus.publish(job, CancelRequested(job_id=job.job_id), DeleteRequested(job_id=job.job_id))
    await bus.event(job.job_id, JobExpired)

    await bus.publish(job)
    await bus.until(lambda: sum(isinstance(event, JobExpired) for event in bus.events(job.job_id)) == 2)

    assert len({event.event_id for event in bus.events(job.job_id) if isinstance(event, JobExpired)}) == 1
    assert not any(isinstance(event, SearchDue) for event in bus.events(job.job_id))


async def test_a_moved_job_is_released_at_its_new_time(bus: Bus, scheduler: RunningService) -> None:
    job = a_job(due_in=3600)
    now = datetime.now(UTC)

    await bus.publish(job, RescheduleRequested(job_id=job.job_id, due_at=now, asked_at=now))

    await bus.event(job.job_id, SearchDue)


async def test_an_interrupted_run_restarts_at_once(bus: Bus, scheduler: RunningService) -> None:
    job = a_job()
    await bus.publish(job)
    await bus.event(job.job_id, SearchDue)

    interrupted = RunFailed(job_id=job.job_id, run=1, failure=Failure.INTERRUPTED, reason=Reason.INTERRUPTED)
    await bus.publish(interrupted, interrupted)
    await bus.until(lambda: any(isinstance(e, SearchDue) and e.run == 2 for e in bus.events(job.job_id)))
    await bus.publish(an_archive(job.job_id, run=1))
    await bus.event(job.job_id, JobCompleted)

    assert max(event.run for event in bus.events(job.job_id)) == 2


async def test_a_deferred_mail_is_asked_for_again_at_its_time(bus: Bus, scheduler: RunningService) -> None:
    job = a_job()
    await bus.publish(job)
    await bus.event(job.job_id, SearchDue)
    await bus.publish(an_archive(job.job_id))
    await bus.event(job.job_id, JobCompleted)

    not_before = datetime.now(UTC) + timedelta(seconds=1)
    await bus.publish(MailDeferred(job_id=job.job_id, sequence=1, kind=MailKind.READY, not_before=not_before))
    due = await bus.event(job.job_id, MailDue)

    assert due.kind is MailKind.READY
    assert datetime.now(UTC) >= not_before


async def test_rubbish_in_the_inbox_goes_to_the_dead_letters_and_the_next_event_is_handled(
    bus: Bus, scheduler: RunningService
) -> None:
    rubbish = await bus.publish_raw(JOB_INBOX, b"\xff not json", [("ce_type", b"aid.job-submitted.v1")])
    job = a_job()

    await bus.publish(job)
    await bus.event(job.job_id, JobStarted)
    await bus.until(lambda: [r for r in bus.records if r.topic == "scheduler.dlq" and r.value == b"\xff not json"])

    letter = next(r for r in bus.records if r.topic == "scheduler.dlq" and r.value == b"\xff not json")
    headers = dict(letter.headers)
    assert headers["dlq_topic"] == b"job-inbox.v1"
    assert (int(headers["dlq_partition"]), int(headers["dlq_offset"])) == (rubbish.partition, rubbish.offset)


async def test_a_record_that_was_small_only_while_compressed_does_not_stop_its_partition(
    bus: Bus, backbone: Backbone, scheduler: RunningService
) -> None:
    """Brokers limit what they store, and that is compressed; whole it is larger than any dead letter may be."""
    producer = AIOKafkaProducer(
        bootstrap_servers=backbone.kafka_url, compression_type="gzip", max_request_size=8 * 1024 * 1024
    )
    await producer.start()
    try:
        where = await producer.send_and_wait(JOB_INBOX.name, b" " * 5 * 1024 * 1024, partition=0)
    finally:
        await producer.stop()
    origin = (b"job-inbox.v1", b"0", str(where.offset).encode())

    def buried() -> set[tuple[bytes | None, ...]]:
        letters = [dict(record.headers) for record in bus.records if record.topic == "scheduler.dlq"]
        return {tuple(map(one.get, ("dlq_topic", "dlq_partition", "dlq_offset"))) for one in letters}

    await bus.until(lambda: origin in buried())
