"""Times on a person's clock, and the instants they mean. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
_HALF_HOUR = timedelta(minutes=30)

LEAD = timedelta(minutes=15)
"""A time that a form suggests is still ahead when the form is sent."""


@dataclass(frozen=True)
class Moment:
    """`at` in UTC. `twice`: the clock shows that time twice, and this is the first."""

    at: datetime
    twice: bool = False


class SkippedTimeError(Exception):
    """The clock jumps over that time; `next_valid` is the first it shows afterwards."""

    def __init__(self, next_valid: datetime) -> None:
        super().__init__(next_valid.isoformat())
        self.next_valid = next_valid


def moment_of(wall: datetime, zone: ZoneInfo) -> Moment:
    """When a clock in `zone` shows `wall` (naive). SkippedTimeError when it never does."""
    try:
        first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if not _shown(wall, first, zone):
            raise SkippedTimeError(_next_valid(wall, zone))
    except OverflowError:
        # Within a day of the year 1 or 9999; whoever asks compares it with today.
        return Moment(wall.replace(tzinfo=UTC))
    return Moment(first, twice=first != second)


def soon(now: datetime) -> datetime:
    """In UTC: the first full or half hour that is LEAD or more ahead."""
    earliest = now.astimezone(UTC) + LEAD
    return earliest + (datetime.min.replace(tzinfo=UTC) - earliest) % _HALF_HOUR


def wall_of(moment: datetime, zone: str) -> tuple[str, str]:
    """Date and time as the form writes them."""
    wall = moment.astimezone(ZoneInfo(zone))
    return f"{wall:%Y-%m-%d}", f"{wall:%H:%M}"


def _shown(wall: datetime, at: datetime, zone: ZoneInfo) -> bool:
    return at.astimezone(zone).replace(tzinfo=None) == wall


def _next_valid(wall: datetime, zone: ZoneInfo) -> datetime:
    candidate = wall
    while not _shown(candidate, candidate.replace(tzinfo=zone).astimezone(UTC), zone):
        candidate += _MINUTE
    return candidate
