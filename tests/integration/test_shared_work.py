"""The workbench with real claims, heartbeats and jobs; what it publishes lies in memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.claims import Claims, Counts, Heartbeats
from shared.cloudevents import decode
from shared.errors import DependencyAwayError, Reason, RunError
from shared.events import Event, Failure, JobProgressed, RunFailed, Stage
from shared.jobs import Jobs, JobState
from shared.pulse import Progress, Pulse
from shared.waiting import waiting_for
from shared.work import Claiming, Workbench
from tests.contract.memory import MemoryPublisher
from tests.integration.conftest import Backbone

pytestmark = pytest.mark.integration


class Work:
    """Work that says when it began and how it ended, and goes on until it is told to end."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.over = asyncio.Event()
        self.cancelled = False
        self._error = error

    async def __call__(self, progress: Progress) -> None:
        self.begun.set()
        progress.counts = Counts(found=3)
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self._error is not None:
            raise self._error

    async def afterwards(self) -> None:
        self.over.set()


class Bench:
    """One worker: a workbench of two slots, and what it has said."""

    def __init__(self, cassandra: Cassandra, claims: Claiming | None = None) -> None:
        self.publisher = MemoryPublisher()
        self.beats = Heartbeats(cassandra)
        self.workbench = Workbench(
            Stage.PACK,
            slots=2,
            claims=claims or Claims(cassandra),
            jobs=Jobs(cassandra),
            pulse=Pulse(Stage.PACK, self.beats, self.publisher),
            publisher=self.publisher,
        )

    async def start(self, job_id: UUID, work: Work, run: int = 1) -> None:
        async with asyncio.timeout(10):
            await self.workbench.start(job_id, run, work, work.afterwards)

    def said(self) -> list[Event]:
        events = [decode(record.topic, record.value, record.headers) for record in self.publisher.records]
        return [event for event in events if not isinstance(event, JobProgressed)]


@pytest.fixture(scope="module")
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


@pytest.fixture
async def bench(cassandra: Cassandra) -> AsyncIterator[Bench]:
    bench = Bench(cassandra)
    yield bench
    await bench.workbench.stop()


async def a_job(cassandra: Cassandra, state: JobState = JobState.RUNNING, run: int = 1) -> UUID:
    job_id = uuid4()
    await becomes(cassandra, job_id, state, run)
    return job_id


async def becomes(cassandra: Cassandra, job_id: UUID, state: JobState, run: int = 1) -> None:
    await cassandra.execute("INSERT INTO jobs (job_id, state, run, version) VALUES (?, ?, ?, 2)", (job_id, state, run))


async def happens(event: asyncio.Event, within: float = 30.0) -> None:
    async with asyncio.timeout(within):
        await event.wait()


async def test_a_run_is_worked_in_a_task_of_its_own_and_says_nothing_when_it_succeeds(
    cassandra: Cassandra, bench: Bench
) -> None:
    job_id, work = await a_job(cassandra), Work()

    await bench.start(job_id, work)
    await happens(work.begun)
    assert bench.workbench.holds(job_id, 1)
    work.may_end.set()
    await happens(work.over)

    assert bench.said() == []


async def test_a_run_shows_that_it_lives_and_how_far_it_is(cassandra: Cassandra, bench: Bench) -> None:
    job_id, work = await a_job(cassandra), Work()

    await bench.start(job_id, work)
    async with asyncio.timeout(10):
        while not bench.publisher.records:
            await asyncio.sleep(0.05)

    beat = await bench.beats.last(job_id, 1, Stage.PACK)
    assert beat is not None
    assert abs((datetime.now(UTC) - beat.beat_at).total_seconds()) < 10
    (record,) = bench.publisher.records
    progressed = decode(record.topic, record.value, record.headers)
    assert isinstance(progressed, JobProgressed)
    assert (progressed.found, progressed.sequence) == (3, 1)


async def test_of_several_workers_one_works_the_run_and_the_others_keep_their_slots(cassandra: Cassandra) -> None:
    benches, works, job_id = [Bench(cassandra) for _ in range(5)], [Work() for _ in range(5)], await a_job(cassandra)

    await asyncio.gather(*(bench.start(job_id, work) for bench, work in zip(benches, works, strict=True)))
    holders = [bench for bench in benches if bench.workbench.holds(job_id, 1)]

    assert len(holders) == 1
    idle = next(bench for bench in benches if bench not in holders)
    for _ in range(2):
        await idle.start(await a_job(cassandra), Work())
    for bench in benches:
        await bench.workbench.stop()


async def test_a_run_that_is_already_held_is_not_begun_again(cassandra: Cassandra, bench: Bench) -> None:
    job_id, first, second = await a_job(cassandra), Work(), Work()
    await bench.start(job_id, first)

    await bench.start(job_id, second)
    await bench.start(await a_job(cassandra), Work())

    assert not second.begun.is_set()


async def test_work_beyond_the_slots_waits_and_says_for_what(cassandra: Cassandra, bench: Bench) -> None:
    works = [Work() for _ in range(3)]
    for work in works[:2]:
        await bench.start(await a_job(cassandra), work)

    third = asyncio.create_task(bench.start(await a_job(cassandra), works[2]))
    await asyncio.sleep(0.3)
    assert not third.done()
    assert waiting_for() == ["slot"]
    works[0].may_end.set()
    await third

    await happens(works[2].begun)
    assert waiting_for() == []


@pytest.mark.parametrize(
    ("error", "failure", "reason"),
    [
        (RunError(Reason.BLOCKED, retryable=True), Failure.RETRYABLE, Reason.BLOCKED),
        (RunError(Reason.NO_PICTURES, retryable=False), Failure.FINAL, Reason.NO_PICTURES),
        (ValueError("a bug"), Failure.RETRYABLE, Reason.INTERNAL),
        (DependencyAwayError("cassandra"), Failure.RETRYABLE, Reason.INTERNAL),
    ],
    ids=str,
)
async def test_work_that_fails_is_reported_once_with_its_reason(
    cassandra: Cassandra, bench: Bench, error: Exception, failure: Failure, reason: Reason
) -> None:
    job_id, work = await a_job(cassandra), Work(error)

    await bench.start(job_id, work)
    work.may_end.set()
    await happens(work.over)

    assert bench.said() == [RunFailed(job_id=job_id, run=1, failure=failure, reason=reason)]


async def test_a_failure_is_reported_although_kafka_is_away_at_first(cassandra: Cassandra, bench: Bench) -> None:
    job_id, work = await a_job(cassandra), Work(RunError(Reason.BLOCKED, retryable=True))
    bench.publisher.away_for = 3

    await bench.start(job_id, work)
    work.may_end.set()
    await happens(work.over)

    assert len(bench.said()) == 1


async def test_a_stopping_worker_hands_its_runs_back_at_once(cassandra: Cassandra, bench: Bench) -> None:
    job_ids, works = [await a_job(cassandra) for _ in range(2)], [Work() for _ in range(2)]
    for job_id, work in zip(job_ids, works, strict=True):
        await bench.start(job_id, work)
        await happens(work.begun)

    async with asyncio.timeout(10):
        await bench.workbench.stop()

    assert all(work.cancelled and not work.over.is_set() for work in works)
    assert {event.job_id for event in bench.said()} == set(job_ids)
    for event in bench.said():
        assert isinstance(event, RunFailed)
        assert (event.run, event.failure, event.reason) == (1, Failure.INTERRUPTED, Reason.INTERRUPTED)


async def test_a_worker_stops_although_kafka_is_away(cassandra: Cassandra, bench: Bench) -> None:
    work = Work()
    await bench.start(await a_job(cassandra), work)
    await happens(work.begun)
    bench.publisher.away = True

    async with asyncio.timeout(2):
        await bench.workbench.stop()

    assert work.cancelled


@pytest.mark.parametrize(
    ("state", "run"), [(JobState.CANCELLED, 1), (JobState.EXPIRED, 1), (JobState.RUNNING, 2)], ids=str
)
async def test_a_run_nobody_wants_any_more_stops_soon(
    cassandra: Cassandra, bench: Bench, state: JobState, run: int
) -> None:
    job_id, work = await a_job(cassandra), Work()
    await bench.start(job_id, work)
    await happens(work.begun)

    await becomes(cassandra, job_id, state, run)
    await happens(work.over, within=5.0)  # two seconds, and what a busy machine adds

    assert work.cancelled
    assert bench.said() == []


@pytest.mark.parametrize("state", [None, JobState.SCHEDULED, JobState.CANCELLED, JobState.COMPLETED])
async def test_a_run_nobody_wanted_in_the_first_place_is_not_begun(
    cassandra: Cassandra, bench: Bench, state: JobState | None
) -> None:
    work, job_id = Work(), await a_job(cassandra, state) if state else uuid4()

    await bench.start(job_id, work)

    assert not bench.workbench.holds(job_id, 1)
    assert not work.begun.is_set()
    assert bench.said() == []
    assert await Claims(cassandra).claimed_at(job_id, 1, Stage.PACK) is None, "nobody would delete it"


async def test_a_run_claimed_while_the_process_stops_is_handed_back_too(cassandra: Cassandra) -> None:
    class Slow(Claims):
        asked = asyncio.Event()

        async def claim(self, job_id: UUID, run: int, stage: Stage, *, attempt: UUID, now: datetime) -> bool:
            won = await super().claim(job_id, run, stage, attempt=attempt, now=now)
            self.asked.set()
            await asyncio.sleep(0.3)
            return won

    claims = Slow(cassandra)
    bench, work = Bench(cassandra, claims), Work()
    starting = asyncio.create_task(bench.start(await a_job(cassandra), work))
    await claims.asked.wait()
    starting.cancel()

    await bench.workbench.stop()

    assert [(type(event), event.failure) for event in bench.said() if isinstance(event, RunFailed)] == [
        (RunFailed, Failure.INTERRUPTED)
    ]


async def test_a_row_nobody_can_read_fails_the_run_instead_of_ending_it_in_silence(
    cassandra: Cassandra, bench: Bench
) -> None:
    work, job_id = Work(), await a_job(cassandra)
    await bench.start(job_id, work)
    await happens(work.begun)

    await cassandra.execute("UPDATE jobs SET state = 'of_tomorrow' WHERE job_id = ?", (job_id,))
    await happens(work.over)

    assert [event.reason for event in bench.said() if isinstance(event, RunFailed)] == [Reason.INTERNAL]


async def test_a_bug_in_what_comes_afterwards_does_not_hurt_the_next(cassandra: Cassandra, bench: Bench) -> None:
    async def afterwards() -> None:
        raise ValueError("a bug")

    for _ in range(3):
        work = Work()
        work.may_end.set()
        async with asyncio.timeout(10):
            await bench.workbench.start(await a_job(cassandra), 1, work, afterwards)
        await happens(work.begun)


class SlowClaims:
    """Claims that take their time. With an error, the first is made and then raises it."""

    def __init__(self, cassandra: Cassandra, error: Exception | None = None) -> None:
        self.may_answer = asyncio.Event()
        self._claims = Claims(cassandra)
        self._error = error

    async def claim(self, job_id: UUID, run: int, stage: Stage, *, attempt: UUID, now: datetime) -> bool:
        await self.may_answer.wait()
        won = await self._claims.claim(job_id, run, stage, attempt=attempt, now=now)
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return won


async def test_a_rebalance_does_not_come_between_a_claim_and_its_work(cassandra: Cassandra) -> None:
    claims, work, job_id = SlowClaims(cassandra), Work(), await a_job(cassandra)
    bench = Bench(cassandra, claims)
    starting = asyncio.create_task(bench.start(job_id, work))
    await asyncio.sleep(0.05)

    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    claims.may_answer.set()

    await happens(work.begun)
    assert bench.workbench.holds(job_id, 1)
    await bench.workbench.stop()


async def test_a_claim_made_while_cassandra_went_away_is_found_to_be_ones_own(cassandra: Cassandra) -> None:
    claims, work, job_id = SlowClaims(cassandra, DependencyAwayError("cassandra")), Work(), await a_job(cassandra)
    claims.may_answer.set()
    bench = Bench(cassandra, claims)

    await bench.start(job_id, work)

    await happens(work.begun)
    await bench.workbench.stop()


async def test_a_bug_in_claiming_is_said_and_costs_no_slot(cassandra: Cassandra) -> None:
    claims, work, job_id = SlowClaims(cassandra, ValueError("a bug")), Work(), await a_job(cassandra)
    claims.may_answer.set()
    bench = Bench(cassandra, claims)

    with capture_logs() as logs, pytest.raises(ValueError, match="a bug"):
        await bench.start(job_id, work)
    for _ in range(2):
        await bench.start(await a_job(cassandra), Work())

    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["task_failed"]
    assert not work.begun.is_set()
    await bench.workbench.stop()


async def test_a_claim_that_never_comes_back_does_not_hold_up_the_end(
    cassandra: Cassandra, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.work.HAND_BACK_SECONDS", 0.2)
    claims = SlowClaims(cassandra)
    bench = Bench(cassandra, claims)
    starting = asyncio.create_task(bench.start(await a_job(cassandra), Work()))
    await asyncio.sleep(0.05)

    async with asyncio.timeout(2):
        await bench.workbench.stop()
        await asyncio.gather(starting, return_exceptions=True)

    assert starting.cancelled()
