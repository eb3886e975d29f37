"""The one guard that no schedule misses: what a sleeper has left undone comes to the next owner by other ways too."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest

from services.scheduler.agenda import Agenda
from services.scheduler.buckets import BUCKET, bucket_of
from services.scheduler.draining import Drain
from services.scheduler.job import Timer, TimerKind
from services.scheduler.timers import Cursors, TimerIndex
from shared.cassandra import Cassandra
from shared.fields import to_milliseconds
from tests.contract.cassandra_in_memory.session import Direct, MemoryCassandra, Request
from tests.contract.cassandra_in_memory.tables import Row, Tables


class Interrupted(Direct):
    """Before the first delete arrives, what somebody else has sent does."""

    def __init__(self, tables: Tables, before_deletes: Callable[[], Awaitable[None]]) -> None:
        super().__init__(tables)
        self._before: Callable[[], Awaitable[None]] | None = before_deletes

    async def ask(self, request: Request) -> list[Row]:
        if request.statement.kind == "delete" and self._before is not None:
            before, self._before = self._before, None
            await before()
        return await super().ask(request)


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_timer_that_comes_while_its_bucket_goes_is_lost_unless_drained_by_timestamp(guarded: bool) -> None:
    now = to_milliseconds(datetime.now(UTC))
    cursor = bucket_of(now) - 2 * BUCKET
    done, late = (Timer(cursor + timedelta(seconds=n), uuid4(), TimerKind.RELEASE) for n in (1, 2))
    tables = Tables(now=now.timestamp)
    sleeper = TimerIndex(a_session(Direct(tables), now))
    owner = a_session(Interrupted(tables, lambda: sleeper.add(0, cursor, late)), now)
    index = TimerIndex(owner) if guarded else DropsAsItIs(owner)
    await TimerIndex(a_session(Direct(tables), cursor)).add(0, cursor, done)
    agenda = Agenda()
    agenda.meet(cursor, [done], now)
    agenda.done(*agenda.take_late(1))
    drain = Drain(
        0, index=index, cursors=Cursors(owner), agenda=agenda, may_go=lambda _: True, now=lambda: now, bucket=BUCKET
    )

    await drain.advance(cursor)

    assert [entry.timer for entry in agenda.take_late(1)] == ([late] if guarded else [])


class DropsAsItIs(TimerIndex):
    async def drop(self, shard: int, bucket: datetime, **_: datetime) -> None:
        await self._cassandra.execute("DELETE FROM timers WHERE shard = ? AND bucket = ?", (shard, bucket))


def a_session(line: Direct, moment: datetime) -> Cassandra:
    return cast("Cassandra", MemoryCassandra(line, now=moment.timestamp))
