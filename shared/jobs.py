"""The `jobs` row as everybody but the scheduler sees it: read only."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.errors import Reason
from shared.fields import Refusals
from shared.filters import NO_FILTERS, Filters

if TYPE_CHECKING:
    from shared.cassandra import Cassandra


class JobState(StrEnum):
    SCHEDULED = "scheduled"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def ended(self) -> bool:
        """No picture will be searched or fetched for it any more."""
        return self not in (JobState.SCHEDULED, JobState.RUNNING)


@dataclass(frozen=True)
class JobView:
    """What a job is and has come to. Of an expired one only the first four fields are left.

    `thumbnails`: so many of those kept are small copies and no originals.
    """

    job_id: UUID
    state: JobState
    run: int
    version: int
    query: str = ""
    images: int = 0
    filters: Filters = NO_FILTERS
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    rescheduled_at: datetime | None = None
    found: int | None = None
    kept: int | None = None
    thumbnails: int | None = None
    refused: Refusals = field(default_factory=dict)
    archive_run: int | None = None
    archive_size: int | None = None
    archive_sha256: str | None = None
    reason: Reason | None = None
    stopped_because: str = ""

    @property
    def not_needed(self) -> int | None:
        """Pictures found that nobody tried, or finished, because enough were good; None before the end."""
        if self.found is None or self.kept is None:
            return None
        return max(0, self.found - self.kept - sum(self.refused.values()))


class Jobs:
    def __init__(self, cassandra: "Cassandra") -> None:
        self._cassandra = cassandra

    async def find(self, job_id: UUID) -> JobView | None:
        rows = await self._cassandra.execute(f"SELECT {_COLUMNS} FROM jobs WHERE job_id = ?", (job_id,))  # noqa: S608 - constant columns
        return _view(rows[0]) if rows and rows[0]["state"] else None


_COLUMNS = ", ".join(JobView.__dataclass_fields__)


def _view(row: dict[str, Any]) -> JobView:
    return JobView(**known_fields(row))


def known_fields(row: dict[str, Any]) -> dict[str, Any]:
    """What a row of `jobs` holds, in our own types; without what is not set."""
    filled = {name: aware(value) for name, value in row.items() if value is not None}
    filled["state"] = JobState(filled["state"])
    if "reason" in filled:
        filled["reason"] = Reason(filled["reason"])
    filled["refused"] = dict(filled.get("refused") or {})
    filled["filters"] = Filters.of_stored(filled["filters"]) if "filters" in filled else NO_FILTERS
    return filled


def aware(value: Any) -> Any:
    """Cassandra gives times as naive UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
