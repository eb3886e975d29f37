"""Errors of the whole system, named by what the caller should do.

AidError
├── DependencyAwayError    wait for it without limit, and say so
│   └── OutcomeUnknownError    it may have happened: look before doing it again
├── InvalidEventError      dead-letter the record; it will never be better
├── ServiceUnfitError      end the process and acknowledge nothing: only a person or another version can help
├── RunError               report that the run failed, with its reason
└── BadLinkError           answer "invalid link"
"""

from datetime import datetime
from enum import StrEnum


class AidError(Exception):
    """Anything this system raises on purpose."""


class DependencyAwayError(AidError):
    """A server we need does not answer; `dependency` is its name in logs and health."""

    def __init__(self, dependency: str, detail: str = "") -> None:
        super().__init__(f"{dependency} is away: {detail}" if detail else f"{dependency} is away")
        self.dependency = dependency


class OutcomeUnknownError(DependencyAwayError):
    """A conditional write timed out: it may or may not have been applied."""


class InvalidEventError(AidError):
    """A record that no retry will make readable or allowed."""


class ServiceUnfitError(AidError):
    """This process cannot do its work, and to go on would do harm. `advice` tells the operator what helps."""

    def __init__(self, detail: str, *, advice: str = "", **facts: object) -> None:
        super().__init__(detail)
        self.facts = facts | {"advice": advice} if advice else facts


class Reason(StrEnum):
    """Why a run or a job failed: what a person is told, in a stable code."""

    NO_RESULTS = "no_results"
    NOTHING_FITS = "nothing_fits"
    BLOCKED = "blocked"
    PAGE_CHANGED = "page_changed"
    SEARCH_FAILED = "search_failed"
    NO_PICTURES = "no_pictures"
    STORAGE_FULL = "storage_full"
    OVERLOADED = "overloaded"
    WORKER_LOST = "worker_lost"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


class RunError(AidError):
    """A run cannot go on. `retryable` says whether another run may do better; `not_before` when, if that is known."""

    def __init__(
        self, reason: Reason, *, retryable: bool, detail: str = "", not_before: datetime | None = None
    ) -> None:
        super().__init__(detail or reason.value)
        self.reason = reason
        self.retryable = retryable
        self.not_before = not_before


class BadLinkError(AidError):
    """A link whose signature is not ours, or that is not of this kind."""


def brief(error: BaseException) -> str:
    """For the log, and for whoever is told that something is away."""
    return f"{type(error).__name__}: {error}"[:300]
