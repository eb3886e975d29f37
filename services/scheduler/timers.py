"""The timer index in Cassandra: which jobs have a timer due when. The job's row decides, this only finds it.

Rows are never deleted one by one (a queue's tombstones would be read again and again): a bucket goes as a whole.
"""

from datetime import UTC, datetime

from services.scheduler.job import Timer, TimerKind
from shared.cassandra import Cassandra
from shared.jobs import aware


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
        return [Timer(aware(row["due_at"]), row["job_id"], TimerKind(row["kind"])) for row in rows]

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

    async def read(self, shard: int, *, otherwise: datetime) -> datetime:
        """The cursor; a shard without one begins at `otherwise`."""
        await self._cassandra.execute_if(
            "INSERT INTO shard_cursors (shard, bucket) VALUES (?, ?) IF NOT EXISTS", (shard, otherwise)
        )
        rows = await self._cassandra.execute("SELECT bucket FROM shard_cursors WHERE shard = ?", (shard,), serial=True)
        cursor: datetime = rows[0]["bucket"].replace(tzinfo=UTC)
        return cursor

    async def move(self, shard: int, *, old: datetime, new: datetime) -> bool:
        """False when another owner has moved it."""
        return await self._cassandra.execute_if(
            "UPDATE shard_cursors SET bucket = ? WHERE shard = ? IF bucket = ?", (new, shard, old)
        )
