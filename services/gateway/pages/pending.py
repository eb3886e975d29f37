"""What has just been asked on a status page: its address says so, and the page does until the outcome shows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from services.gateway.jobs.statuses import Status

ASKED, DUE, SINCE = "asked", "due", "since"
"""Parameters of the address: what was asked, for another time which, and when."""

_AWAITED = timedelta(minutes=2)
"""A new time that does not stand by then may never do: the job has begun meanwhile, or the scheduler is away."""


class Asked(StrEnum):
    CANCEL = "cancel"
    TIME = "time"
    DELETE = "delete"


def query_of(asked: Asked) -> str:
    return urlencode({ASKED: asked})


def query_of_time(due_at: datetime, *, now: datetime) -> str:
    return urlencode({ASKED: Asked.TIME, DUE: _written(due_at), SINCE: _written(now)})


def still_pending(query: Mapping[str, str], status: Status, now: datetime) -> Asked | None:
    """What was asked, as long as the page may not show its outcome yet."""
    match query.get(ASKED):
        case Asked.CANCEL if not status.ended:
            return Asked.CANCEL
        case Asked.TIME if status.movable and _awaits_time(query, status, now):
            return Asked.TIME
        case Asked.DELETE:
            return Asked.DELETE
    return None


def time_shown(query: Mapping[str, str], status: Status, now: datetime) -> datetime | None:
    """The time that was asked for, as long as it is awaited; else the one the job is set for."""
    pending = still_pending(query, status, now)
    return _read(query[DUE]) if pending is Asked.TIME else status.due_at


def _awaits_time(query: Mapping[str, str], status: Status, now: datetime) -> bool:
    due_at, since = _read(query.get(DUE, "")), _read(query.get(SINCE, ""))
    if due_at is None or since is None or due_at == status.due_at:
        return False
    # Another gateway's clock may be ahead of this one.
    return abs(now - since) < _AWAITED


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _read(text: str) -> datetime | None:
    """None for whatever else stands there."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
