"""The scheduler's own picture of a job: its row, whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.errors import Reason
from shared.events import Event
from shared.fields import Refusals
from shared.filters import NO_FILTERS, Filters
from shared.jobs import JobState


class TimerKind(StrEnum):
    RELEASE = "release"
    WATCHDOG = "watchdog"
    NEXT_RUN = "next_run"
    CLEAN_UP = "clean_up"
    MAIL_STARTED = "mail_started"
    MAIL_READY = "mail_ready"
    MAIL_ERROR = "mail_error"


Timers = Mapping[TimerKind, datetime]


@dataclass(frozen=True)
class Job:
    """One row of `jobs`.

    `version` grows by one with every decision. `outbox` holds the messages of the last decision, `timers`
    all that are armed. `counted_runs` failed by themselves; `lost_runs` vanished with their worker. `doubted_sign` is
    the last sign of life of a worker that the watchdog found silent and looks for once more.
    """

    job_id: UUID
    state: JobState
    version: int
    run: int = 0
    query: str = ""
    images: int = 0
    filters: Filters = NO_FILTERS
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    found: int | None = None
    kept: int | None = None
    thumbnails: int | None = None
    refused: Refusals = field(default_factory=dict)
    archive_run: int | None = None
    archive_size: int | None = None
    archive_sha256: str | None = None
    reason: Reason | None = None
    stopped_because: str = ""
    counted_runs: int = 0
    lost_runs: int = 0
    run_started_at: datetime | None = None
    search_asked_at: datetime | None = None
    doubted_sign: datetime | None = None
    rescheduled_at: datetime | None = None
    mail_not_after: datetime | None = None
    mail_accepted_at: datetime | None = None
    outbox: tuple[Event, ...] = ()
    timers: Timers = field(default_factory=dict)

    def then(self, *messages: Event, **changes: Any) -> "Job":
        """The row after one more decision, which says `messages` and nothing else."""
        return replace(self, version=self.version + 1, outbox=messages, **changes)

    @property
    def armed(self) -> set["Timer"]:
        """Its timers, as they stand in the index."""
        return {Timer(due_at, self.job_id, kind) for kind, due_at in self.timers.items()}

    def timers_with(self, added: Timers, *, without: Iterable[str] = ()) -> Timers:
        return {kind: due for kind, due in self.timers.items() if kind not in set(without)} | dict(added)


@dataclass(frozen=True, order=True, slots=True)
class Timer:
    """One armed timer, as it stands in the index. It counts only while the job's row names the same time.

    `kind` may be none of TimerKind: another release of this service may have written it.
    """

    due_at: datetime
    job_id: UUID
    kind: str
