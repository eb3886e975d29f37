"""In which words a page says where its job stands. Pure."""

from collections.abc import Sequence

from services.gateway.jobs.statuses import ACCEPTED, Status
from services.gateway.pages.steps import Mark, Step
from shared.jobs import JobState

EXPIRED = "Link has expired"
"""Whatever became of the pictures, nobody can have them any more."""

_TITLES = {
    ACCEPTED: "Your job is accepted",
    JobState.SCHEDULED: "Your job is waiting for its time",
    JobState.RUNNING: "Your job is running",
    JobState.COMPLETED: "Your images are ready",
    JobState.FAILED: "Your job failed",
    JobState.CANCELLED: "Your job is cancelled",
}

_STAGES = {
    "Accepted": "Accepted, waiting to be scheduled",
    "Scheduled for": "Waiting for its time",
    "Ready": "Completed",
}


def title_of(status: Status, *, downloadable: bool) -> str:
    return EXPIRED if _is_over(status, downloadable) else _TITLES[status.state]


def stage_of(status: Status, step: Step, *, downloadable: bool) -> str:
    """What is said aloud when it changes; `step` is where the job stands."""
    return EXPIRED if _is_over(status, downloadable) else _STAGES.get(step.name, step.name)


def current_among(steps: Sequence[Step]) -> Step:
    """The furthest, while it searches and packs at once."""
    return next((step for step in reversed(steps) if step.mark in (Mark.CURRENT, Mark.BAD)), steps[-1])


def _is_over(status: Status, downloadable: bool) -> bool:
    return status.state == JobState.COMPLETED and not downloadable
