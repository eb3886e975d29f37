"""How a job fares, as the holder of its status link sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.errors import AidError, Reason
from shared.events import Stage
from shared.fields import Refusals
from shared.filters import NO_FILTERS, Filters
from shared.jobs import JobState
from shared.links import Wish
from shared.searches import NOT_ASKED, UNDER_WAY, Asked

ACCEPTED = "accepted"
"""Before the scheduler has written its row; afterwards the states are those of the row."""


class LinkExpiredError(AidError):
    """The link was ours, but what it led to is gone; `wish` is what was asked for, where that is still known."""

    def __init__(self, detail: str, wish: Wish | None = None) -> None:
        super().__init__(detail)
        self.wish = wish


@dataclass(frozen=True)
class Status:
    """Counts are of pictures; `thumbnails` are those of the kept ones that are no originals.

    `version` grows with every decision about the job; 0 before the first.
    `left_out`: results that the filters exclude, beside those found; known engine by engine.
    `not_needed`: those found that were left over when enough were good; known at the end.
    `stage` is there only while the job runs, `link_until` only once its mail is out.
    `engines`: those the search has turned to so far, in that order. `archive_size` in bytes.
    """

    job_id: UUID
    state: str
    version: int = 0
    stage: Stage | None = None
    query: str | None = None
    asked: int | None = None
    filters: Filters = NO_FILTERS
    engines: tuple[Asked, ...] = ()
    found: int | None = None
    left_out: int | None = None
    kept: int | None = None
    thumbnails: int | None = None
    refused: int | None = None
    refused_by_reason: Refusals = field(default_factory=dict)
    not_needed: int | None = None
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    link_until: datetime | None = None
    rescheduled_at: datetime | None = None
    reason: Reason | None = None
    archive_run: int | None = None
    archive_size: int | None = None
    archive_sha256: str | None = None

    @property
    def ignored(self) -> Mapping[str, tuple[str, ...]]:
        """By engine, the names of filters it could not apply; one that was passed over was not asked to filter."""
        return {one.engine: one.ignored for one in self.engines if one.ignored and one.ending != NOT_ASKED}

    @property
    def searches_on(self) -> bool:
        """Packing begins with the first that are found."""
        return any(one.ending == UNDER_WAY for one in self.engines)

    @property
    def ended(self) -> bool:
        return self.state != ACCEPTED and JobState(self.state).ended

    @property
    def movable(self) -> bool:
        """Whether its time can still be changed."""
        return self.state in (ACCEPTED, JobState.SCHEDULED)

    def ended_since(self, moment: datetime) -> bool:
        return self.ended_at is not None and self.ended_at > moment

    def downloadable(self, now: datetime) -> bool:
        return self.state == JobState.COMPLETED and not has_passed(self.link_until, now)


def has_passed(moment: datetime | None, now: datetime) -> bool:
    """A moment not known yet has not passed."""
    return moment is not None and moment <= now
