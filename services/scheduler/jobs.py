"""The `jobs` table as its owner writes it: the whole row at once, only by `IF version = n`."""

import json
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.scheduler.job import Job, TimerKind
from shared.cassandra import Cassandra, Row
from shared.errors import OutcomeUnknownError
from shared.events import EVENT_TYPES, Event
from shared.filters import Filters
from shared.jobs import JobState, known_fields

_COLUMNS = tuple(field.name for field in fields(Job) if field.name != "job_id")
_READ = f"SELECT job_id, {', '.join(_COLUMNS)} FROM jobs WHERE job_id = ?"  # noqa: S608 - constant columns
# An UPDATE and not an INSERT: it leaves no row marker, so an expired row can go by its TTL.
_WRITE = (
    f"UPDATE jobs USING TTL ? SET {', '.join(f'{name} = ?' for name in _COLUMNS)} "  # noqa: S608 - constant columns
    "WHERE job_id = ? IF version = ?"
)

KEPT_AFTER_EXPIRY = timedelta(days=45)
"""Longer than anything is kept that may bring the job back: the inbox, a form, a dead letter."""


class JobRows:
    def __init__(self, cassandra: Cassandra) -> None:
        self._cassandra = cassandra

    async def read(self, job_id: UUID) -> Job | None:
        """What conditional writes have decided, those in flight included."""
        rows = await self._cassandra.execute(_READ, (job_id,), serial=True)
        return _job(rows[0]) if rows and rows[0]["state"] else None

    async def write(self, job: Job) -> bool:
        """True when `job` is now the row; False when the row is no longer the version before it."""
        ttl = int(KEPT_AFTER_EXPIRY.total_seconds()) if job.state is JobState.EXPIRED else 0
        before = job.version - 1 or None
        try:
            return await self._cassandra.execute_if(_WRITE, (ttl, *stored(job).values(), job.job_id, before))
        except OutcomeUnknownError:
            return await self.read(job.job_id) == job


def stored(job: Job) -> dict[str, Any]:
    """The columns of its row, all but the key."""
    return {name: _stored(name, getattr(job, name)) for name in _COLUMNS}


def _stored(name: str, value: Any) -> Any:
    if name == "outbox":
        return json.dumps([[event.type_name(), event.model_dump(mode="json")] for event in value])
    if name == "timers":
        return json.dumps({kind: due.isoformat() for kind, due in value.items()})
    if isinstance(value, Filters):
        return value.stored()
    return value or None if name == "refused" else value


def _job(row: Row) -> Job:
    filled = known_fields(row)
    filled["outbox"] = tuple(_event(*pair) for pair in json.loads(filled.get("outbox", "[]")))
    filled["timers"] = {
        TimerKind(kind): datetime.fromisoformat(due) for kind, due in json.loads(filled.get("timers", "{}")).items()
    }
    return Job(**filled)


def _event(type_name: str, data: dict[str, Any]) -> Event:
    return EVENT_TYPES[type_name].model_validate(data)
