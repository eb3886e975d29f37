"""What a shard lives in, in memory: tables that answer as Cassandra does, topics, and a clock that can be put."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from services.scheduler.job import Job, Timer, TimerKind
from services.scheduler.jobs import JobRows
from services.scheduler.owner import JobOwner
from services.scheduler.remembered import Remembered
from services.scheduler.runs import Evidence
from services.scheduler.timers import Cursors, TimerIndex
from shared.cassandra import Cassandra
from shared.cloudevents import decode
from shared.errors import DependencyAwayError
from shared.events import Event, JobSubmitted
from shared.fields import to_milliseconds
from tests.contract.cassandra_in_memory.session import Direct, MemoryCassandra, Request
from tests.contract.cassandra_in_memory.tables import Row, Tables
from tests.contract.memory import MemoryPublisher
from tests.unit.scheduler.jobs import RULES


class Clock:
    """Goes with the real one, `off` by what it was put."""

    def __init__(self) -> None:
        self.off = timedelta()

    def now(self) -> datetime:
        return to_milliseconds(datetime.now(UTC) + self.off)

    def put(self, hours: float) -> None:
        self.off += timedelta(hours=hours)


class Watched(Direct):
    """Keeps what was asked. Others come between a question and its answer, and the next `lost` answers are lost."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self.asked: list[Request] = []
        self.lost = 0

    async def ask(self, request: Request) -> list[Row]:
        self.asked.append(request)
        await asyncio.sleep(0)
        answer = await super().ask(request)
        await asyncio.sleep(0)
        if self.lost > 0:
            self.lost -= 1
            raise DependencyAwayError("cassandra", "no answer")
        return answer

    def reads(self, table: str) -> int:
        return sum(not request.writes and request.statement.table == table for request in self.asked)

    def writes(self, table: str) -> int:
        return sum(request.writes and request.statement.table == table for request in self.asked)


class Surroundings:
    """The same for every owner that is made in it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.tables = Tables(now=lambda: self.clock.now().timestamp())
        self.line = Watched(self.tables)
        self.cassandra = self.client()
        self.rows = JobRows(self.cassandra)
        self.index = TimerIndex(self.cassandra)
        self.cursors = Cursors(self.cassandra)
        self.remembered = Remembered(100)
        self.topics = MemoryPublisher("scheduler")
        self.armed: list[Timer] = []
        self.evidence = Evidence(claimed=False, last_sign=None)

    def client(self) -> Cassandra:
        """Another process's session: its writes carry its own time."""
        return cast(Cassandra, MemoryCassandra(self.line, now=lambda: self.clock.now().timestamp()))

    def owner(self) -> "Owner":
        return Owner(self)

    def said(self, job_id: UUID | None = None) -> list[Event]:
        events = [decode(record.topic, record.value, record.headers) for record in self.topics.records]
        return [event for event in events if job_id in (None, event.job_id)]

    def timer(self, due_in: float, job_id: UUID | None = None, kind: str = TimerKind.RELEASE) -> Timer:
        return Timer(self.clock.now() + timedelta(seconds=due_in), job_id or uuid4(), kind)

    def submitted(self, due_in: float = 0) -> JobSubmitted:
        now = self.clock.now()
        return JobSubmitted(
            job_id=uuid4(), query="red pandas", images=20, due_at=now + timedelta(seconds=due_in), submitted_at=now
        )

    async def row(self, job_id: UUID) -> Job:
        job = await self.rows.read(job_id)
        assert job is not None
        return job


class Owner(JobOwner):
    """Notes what it would index in `armed`, and takes its evidence from there."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(
            rows=around.rows,
            publisher=around.topics,
            timers=_Arming(around),
            witness=_Witness(around),
            rules=RULES,
            now=around.clock.now,
            remembered=around.remembered,
        )


class _Arming:
    def __init__(self, around: Surroundings) -> None:
        self._around = around

    async def arm(self, timer: Timer) -> None:
        self._around.armed.append(timer)


class _Witness:
    def __init__(self, around: Surroundings) -> None:
        self._around = around

    async def evidence(self, _job: Job) -> Evidence:
        return self._around.evidence
