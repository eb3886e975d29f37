"""What was accepted lately, for all replicas to see: the tables `submissions` and `submission_counts`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from shared.cassandra import Cassandra
from shared.jobs import aware

_LONGER_THAN_ANY_RUN = timedelta(days=2)


@dataclass(frozen=True)
class Entry:
    """A job of one address. `ended` is known to have ended; the row goes by itself after `seconds`."""

    job_id: UUID
    submitted_at: datetime
    ended: bool
    seconds: int

    def due_at(self, now: datetime) -> datetime:
        """As far as its row's life tells."""
        return now + timedelta(seconds=self.seconds) - _LONGER_THAN_ANY_RUN


class Ledger:
    """`replica` is this process: nobody else writes its counts."""

    def __init__(self, cassandra: Cassandra) -> None:
        self._cassandra = cassandra
        self._replica = uuid4()

    async def entries(self, pseudonym: str) -> list[Entry]:
        rows = await self._cassandra.execute(
            "SELECT job_id, submitted_at, ended, TTL(submitted_at) AS seconds FROM submissions WHERE address_hash = ?",
            (pseudonym,),
        )
        # One that was noted to have ended while it went has nothing else left.
        return [
            Entry(row["job_id"], aware(row["submitted_at"]), bool(row["ended"]), row["seconds"])
            for row in rows
            if row["submitted_at"]
        ]

    async def put(
        self, pseudonym: str, job_id: UUID, *, submitted_at: datetime, due_at: datetime, now: datetime
    ) -> None:
        """Kept as long as the job may run."""
        life = max(due_at - now, timedelta()) + _LONGER_THAN_ANY_RUN
        await self._cassandra.execute(
            "INSERT INTO submissions (address_hash, job_id, submitted_at) VALUES (?, ?, ?) USING TTL ?",
            (pseudonym, job_id, submitted_at, int(life.total_seconds())),
        )

    async def note_end(self, pseudonym: str, entry: Entry) -> None:
        await self._cassandra.execute(
            "INSERT INTO submissions (address_hash, job_id, ended) VALUES (?, ?, ?) USING TTL ?",
            (pseudonym, entry.job_id, True, entry.seconds),
        )

    async def delete(self, pseudonym: str, job_id: UUID) -> None:
        await self._cassandra.execute(
            "DELETE FROM submissions WHERE address_hash = ? AND job_id = ?", (pseudonym, job_id)
        )

    async def count_elsewhere(self, subject: str, hour: datetime) -> int:
        """What all other replicas have accepted."""
        rows = await self._cassandra.execute(
            "SELECT replica, accepted FROM submission_counts WHERE subject = ? AND bucket = ?", (subject, hour)
        )
        return sum(row["accepted"] for row in rows if row["replica"] != self._replica)

    async def put_count(self, subject: str, hour: datetime, accepted: int) -> None:
        await self._cassandra.execute(
            "INSERT INTO submission_counts (subject, bucket, replica, accepted) VALUES (?, ?, ?, ?)",
            (subject, hour, self._replica, accepted),
        )
