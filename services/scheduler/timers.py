"""The timer index in Cassandra: which jobs have a timer due when. The job's row decides, this only finds it.

Rows are never deleted one by one (a queue's tombstones would be read again and again): a bucket goes as a whole.
"""

import asyncio
from datetime import datetime

from services.scheduler.job import Timer, TimerKind
from shared.cassandra import Cassandra
from shared.jobs import aware

_KINDS: dict[str, str] = {kind.value: kind for kind in TimerKind}


def _shared(kind: str) -> str:
    """A hundred thousand timers share a few words."""
    return _KINDS.get(kind, kind)


class TimerIndex:
    """Partitions (shard, bucket) of timers."""

    def __init__(self, cassandra: Cassandra) -> None:
        self._cassandra = cassandra

    async def add(self, shard: int, bucket: datetime, timer: Timer) -> None:
        await self._cassandra.execute(
            "INSERT INTO timers (shard, bucket, due_at, job_id, kind) VALUES (?, ?, ?, ?, ?)",
            (shard, bucket, timer.due_at, timer.job_id, timer.kind),
        )

    async def read(self, shard: int, bucket: datetime) -> list[Timer]:
        rows = await self._cassandra.execute(
            "SELECT due_at, job_id, kind FROM timers WHERE shard = ? AND bucket = ?", (shard, bucket)
        )
        return [Timer(aware(row["due_at"]), row["job_id"], _shared(row["kind"])) for row in rows]

    async def drop(self, shard: int, bucket: datetime, *, written_before: datetime) -> None:
        """Delete the partition as it was then; a row that came later stays."""
        stamp = int(written_before.timestamp() * 1_000_000)
        await self._cassandra.execute(
            "DELETE FROM timers USING TIMESTAMP ? WHERE shard = ? AND bucket = ?", (stamp, shard, bucket)
        )


class Cursors:
    """The first bucket of each shard that is not drained. Moved only by its owner, and only forward."""

    def __init__(self, cassandra: Cassandra) -> None:
        self._cassandra = cassandra
        self._searching = asyncio.Lock()

    async def read(self, shard: int, *, otherwise: datetime) -> datetime:
        """The cursor. A shard without one begins where its oldest timer stands, at `otherwise` when it has none."""
        cursor = await self._find(shard)
        if cursor is None:
            first = min(await self._oldest(shard) or otherwise, otherwise)
            await self._cassandra.execute_if(
                "INSERT INTO shard_cursors (shard, bucket) VALUES (?, ?) IF NOT EXISTS", (shard, first)
            )
            cursor = await self._find(shard)
        assert cursor is not None  # noqa: S101 - it was there, or has just been written
        return cursor

    async def move(self, shard: int, *, old: datetime, new: datetime) -> bool:
        """False when another owner has moved it."""
        return await self._cassandra.execute_if(
            "UPDATE shard_cursors SET bucket = ? WHERE shard = ? IF bucket = ?", (new, shard, old)
        )

    async def _find(self, shard: int) -> datetime | None:
        rows = await self._cassandra.execute("SELECT bucket FROM shard_cursors WHERE shard = ?", (shard,), serial=True)
        return aware(rows[0]["bucket"]) if rows else None

    async def _oldest(self, shard: int) -> datetime | None:
        """Of all buckets of the shard; reads the keys of the whole index, so only when a cursor is missing."""
        async with self._searching:
            rows = await self._cassandra.execute("SELECT DISTINCT shard, bucket FROM timers")
        return min((aware(row["bucket"]) for row in rows if row["shard"] == shard), default=None)
