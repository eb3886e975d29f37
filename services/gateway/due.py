"""When a job is to start: date, time and time zone of a request, read together. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from services.gateway import fields
from services.gateway.fields import FieldError
from services.gateway.reading import Pairs, Reader
from services.gateway.times import Moment, SkippedTimeError, moment_of
from shared.fields import to_milliseconds

GRACE = timedelta(minutes=2)
"""Whoever chooses the current minute, in its last second too, has a minute to send the form."""

NAMES = (fields.DATE, fields.TIME, fields.ZONE)


@dataclass(frozen=True)
class Limits:
    """`time_zone` is for those who say none."""

    max_images: int = 500
    horizon: timedelta = timedelta(days=366)
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Due:
    """`at` in UTC; `day` and `zone` are those of the person. `twice`: that day's clock shows it twice, `at` first.

    `at_once`: no time was named, `at` is when the request came.
    """

    at: datetime
    twice: bool
    day: date
    zone: ZoneInfo
    at_once: bool = False


@dataclass(frozen=True)
class DueReading:
    """`due` may be taken when it is there and `problems` is empty."""

    typed: Mapping[str, str]
    problems: Mapping[str, FieldError]
    due: Due | None


def read_due(pairs: Pairs, *, now: datetime, limits: Limits, forgive_zone: bool = False) -> DueReading:
    """A request that names a time and nothing else."""
    reader = Reader(pairs, known=NAMES)
    due = take_due(reader, limits=limits, forgive_zone=forgive_zone)
    if due:
        reader.note(lambda: check_in_time(due, now=now, horizon=limits.horizon))
    return DueReading(reader.typed, reader.problems, due)


def take_now_or_due(reader: Reader, *, now: datetime, limits: Limits, forgive_zone: bool) -> Due | None:
    """Of a request that need not name a time; one that mentions a date or a time, be it empty, means to."""
    named = fields.DATE in reader.typed or fields.TIME in reader.typed
    choice = reader.take(fields.WHEN, partial(fields.now_or_at, otherwise=fields.AT if named else fields.NOW))
    if choice == fields.AT:
        return take_due(reader, limits=limits, forgive_zone=forgive_zone)
    zone = _take_zone(reader, limits, forgive_zone=forgive_zone)
    if choice is None or zone is None:
        return None
    return Due(to_milliseconds(now), twice=False, day=now.astimezone(zone).date(), zone=zone, at_once=True)


def take_due(reader: Reader, *, limits: Limits, forgive_zone: bool) -> Due | None:
    """Past times too; None when a field makes no sense."""
    zone = _take_zone(reader, limits, forgive_zone=forgive_zone)
    day = reader.take(fields.DATE, fields.calendar_day)
    clock = reader.take(fields.TIME, fields.clock_time)
    if not (day and clock and zone):
        return None
    moment = reader.note(lambda: _moment(datetime.combine(day, clock), zone))
    return Due(moment.at, moment.twice, day, zone) if moment else None


def check_in_time(due: Due, *, now: datetime, horizon: timedelta) -> None:
    """FieldError when it has passed or lies too far ahead."""
    if due.at <= now.astimezone(UTC) - GRACE:
        earlier_day = due.day < now.astimezone(due.zone).date()
        raise FieldError(fields.DATE if earlier_day else fields.TIME, "past")
    if due.at > now + horizon:
        raise FieldError(fields.DATE, "date_too_far", days=horizon.days)


def _take_zone(reader: Reader, limits: Limits, *, forgive_zone: bool) -> ZoneInfo | None:
    return reader.take(fields.ZONE, partial(fields.zone, otherwise=limits.time_zone, forgive=forgive_zone))


def _moment(wall: datetime, zone: ZoneInfo) -> Moment:
    try:
        return moment_of(wall, zone)
    except SkippedTimeError as skipped:
        raise FieldError(fields.TIME, "time_skipped", next=f"{skipped.next_valid:%H:%M}") from None
