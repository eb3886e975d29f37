"""Who gets the mails of a job: written by the gateway, read by the notifier, seen by nobody else."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from shared.jobs import aware
from shared.tombstones import ahead_of_the_clock

if TYPE_CHECKING:
    from shared.cassandra import Cassandra


NET = timedelta(days=30)
"""After a job's time its recipient goes by itself."""


@dataclass(frozen=True)
class Recipient:
    """`time_zone` is an IANA name, `language` a tag such as `en`. The address never shows in a repr.

    `submitted_at`, as it was read: when the job was asked for, before its row can say so.
    """

    address: str = field(repr=False)
    time_zone: str
    language: str = "en"
    submitted_at: datetime | None = field(default=None, compare=False)


class Recipients:
    def __init__(self, cassandra: "Cassandra") -> None:
        self._cassandra = cassandra

    async def put(self, job_id: UUID, recipient: Recipient, *, due_at: datetime, now: datetime) -> None:
        """Kept until the job's end; thirty days after its time it goes by itself, as a net."""
        seconds = int((max(due_at, now) + NET - now).total_seconds())
        await self._cassandra.execute(
            "INSERT INTO recipients (job_id, address, time_zone, language, submitted_at) VALUES (?, ?, ?, ?, ?)"
            " USING TTL ?",
            (job_id, recipient.address, recipient.time_zone, recipient.language, now, seconds),
        )

    async def find(self, job_id: UUID) -> Recipient | None:
        rows = await self._cassandra.execute(
            "SELECT address, time_zone, language, submitted_at FROM recipients WHERE job_id = ?", (job_id,)
        )
        return Recipient(**{**rows[0], "submitted_at": aware(rows[0]["submitted_at"])}) if rows else None

    async def delete(self, job_id: UUID) -> None:
        await self._cassandra.execute(
            "DELETE FROM recipients USING TIMESTAMP ? WHERE job_id = ?", (ahead_of_the_clock(), job_id)
        )
