"""Who works which run: one claim per (job, run, stage), and the heartbeat that shows it is alive."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.errors import OutcomeUnknownError
from shared.events import Stage
from shared.jobs import aware
from shared.tombstones import ahead_of_the_clock

if TYPE_CHECKING:
    from shared.cassandra import Cassandra, Row


_CLAIM = "INSERT INTO claims (job_id, run, stage, claimed_by, claimed_at) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS"


@dataclass(frozen=True)
class Counts:
    """How far a task is; each counts pictures."""

    found: int = 0
    kept: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Heartbeat:
    beat_at: datetime
    counts: Counts


class Claims:
    def __init__(self, cassandra: "Cassandra") -> None:
        self._cassandra = cassandra

    async def claim(self, job_id: UUID, run: int, stage: Stage, *, attempt: UUID, now: datetime) -> bool:
        """True when this attempt holds the run. OutcomeUnknownError when nobody does and yet it may: ask again.

        `attempt` is the same as long as it is asked for, then never again: a worker that restarts must not mistake
        its former claim for its own.
        """
        doubt = None
        try:
            if await self._cassandra.execute_if(_CLAIM, (job_id, run, stage, attempt, now)):
                return True
        except OutcomeUnknownError as unknown:
            doubt = unknown
        row = await self._row(job_id, run, stage)
        if row is None and doubt is not None:
            raise doubt
        return row is not None and bool(row["claimed_by"] == attempt)

    async def claimed_at(self, job_id: UUID, run: int, stage: Stage) -> datetime | None:
        row = await self._row(job_id, run, stage)
        return aware(row["claimed_at"]) if row else None

    async def _row(self, job_id: UUID, run: int, stage: Stage) -> "Row | None":
        rows = await self._cassandra.execute(
            "SELECT claimed_by, claimed_at FROM claims WHERE job_id = ? AND run = ? AND stage = ?",
            (job_id, run, stage),
            serial=True,
        )
        return rows[0] if rows else None

    async def jobs(self) -> set[UUID]:
        """All of which something is kept here; reads every partition's key."""
        return {row["job_id"] for row in await self._cassandra.execute("SELECT DISTINCT job_id FROM claims")}

    async def delete(self, job_id: UUID) -> None:
        await self._cassandra.execute(
            "DELETE FROM claims USING TIMESTAMP ? WHERE job_id = ?", (ahead_of_the_clock(), job_id)
        )


class Heartbeats:
    def __init__(self, cassandra: "Cassandra") -> None:
        self._cassandra = cassandra

    async def beat(self, job_id: UUID, run: int, stage: Stage, counts: Counts, *, now: datetime) -> None:
        await self._cassandra.execute(
            "INSERT INTO heartbeats (job_id, run, stage, beat_at, found, kept, refused) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job_id, run, stage, now, counts.found, counts.kept, counts.refused),
        )

    async def last(self, job_id: UUID, run: int, stage: Stage) -> Heartbeat | None:
        rows = await self._cassandra.execute(
            "SELECT beat_at, found, kept, refused FROM heartbeats WHERE job_id = ? AND run = ? AND stage = ?",
            (job_id, run, stage),
        )
        if not rows:
            return None
        row = rows[0]
        return Heartbeat(aware(row["beat_at"]), Counts(row["found"] or 0, row["kept"] or 0, row["refused"] or 0))

    async def jobs(self) -> set[UUID]:
        """All of which something is kept here; reads every partition's key."""
        return {row["job_id"] for row in await self._cassandra.execute("SELECT DISTINCT job_id FROM heartbeats")}

    async def delete(self, job_id: UUID) -> None:
        await self._cassandra.execute(
            "DELETE FROM heartbeats USING TIMESTAMP ? WHERE job_id = ?", (ahead_of_the_clock(), job_id)
        )
