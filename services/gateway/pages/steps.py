"""A job's way as a page shows it, step by step. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.gateway.jobs.statuses import ACCEPTED, Status
from shared.events import Stage
from shared.jobs import JobState


class Mark(StrEnum):
    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"
    BAD = "bad"


@dataclass(frozen=True)
class Step:
    """`at` is when it was or will be, where that is known."""

    name: str
    mark: Mark
    at: datetime | None = None


_ENDS = {
    JobState.COMPLETED: ("Ready", Mark.DONE),
    JobState.FAILED: ("Failed", Mark.BAD),
    JobState.CANCELLED: ("Cancelled", Mark.BAD),
}


def steps_of(status: Status) -> list[Step]:
    """In their order. What a failed or cancelled job never came to is left out."""
    return [*_before_the_work(status), *_work(status), _end(status)]


def _before_the_work(status: Status) -> Iterator[Step]:
    waits = status.state == JobState.SCHEDULED
    yield Step("Accepted", Mark.CURRENT if status.state == ACCEPTED else Mark.DONE, status.submitted_at)
    never_came = status.state == ACCEPTED or (status.state == JobState.CANCELLED and not status.started_at)
    yield Step("Scheduled for", _mark(current=waits, ahead=never_came), status.due_at)
    if status.started_at or not status.ended:
        yield Step("Started", Mark.DONE if status.started_at else Mark.AHEAD, status.started_at)


def _work(status: Status) -> Iterator[Step]:
    if status.ended and status.state != JobState.COMPLETED:
        return
    ahead = status.movable
    searches = status.stage is Stage.SEARCH or (status.stage is Stage.PACK and status.searches_on)
    yield Step("Searching", _mark(current=searches, ahead=ahead))
    packs_later = ahead or status.stage is Stage.SEARCH
    yield Step("Downloading and packing", _mark(current=status.stage is Stage.PACK, ahead=packs_later))


def _end(status: Status) -> Step:
    if not status.ended:
        return Step("Ready", Mark.AHEAD)
    name, mark = _ENDS[JobState(status.state)]
    return Step(name, mark, status.ended_at)


def _mark(*, current: bool, ahead: bool) -> Mark:
    if current:
        return Mark.CURRENT
    return Mark.AHEAD if ahead else Mark.DONE
