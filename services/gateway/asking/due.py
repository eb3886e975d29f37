"""When a job is to start: date, time and time zone of a request, read together. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema

from services.gateway.asking import fields
from services.gateway.asking.fields import FieldError
from services.gateway.asking.reading import Pairs, Reader
from services.gateway.asking.times import Moment, SkippedTimeError, moment_of
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
class Rules:
    """What the fields are read by. `forgive_zone`: an unknown one too where no time is named that it would decide."""

    limits: Limits
    forgive_zone: bool = False


def _zone(text: str, info: ValidationInfo) -> ZoneInfo:
    rules = cast("Rules", info.context)
    return fields.zone(text, otherwise=rules.limits.time_zone, forgive=rules.forgive_zone)


DAY = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
CLOCK = {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$"}

Day = Annotated[date, PlainValidator(fields.calendar_day), WithJsonSchema(DAY)]
Clock = Annotated[time, PlainValidator(fields.clock_time), WithJsonSchema(CLOCK)]
Zone = Annotated[ZoneInfo, PlainValidator(_zone), WithJsonSchema({"type": ["string", "null"]})]
NowOrAt = Annotated[str, PlainValidator(fields.now_or_at), WithJsonSchema({"enum": [fields.NOW, fields.AT, "", None]})]


class Choosing(BaseModel):
    when: NowOrAt = Field(
        default="",
        description="`now`, whatever else is said, or `at` the date and time; said neither, a date or time decides.",
    )


class Zoned(BaseModel):
    zone: Zone = Field(
        default="",
        alias=fields.ZONE,
        validate_default=True,
        description="Where the date and the time are meant: a name of the IANA database. Nothing: this server's.",
        examples=["Europe/Berlin"],
    )


class NewTime(Zoned):
    """Another date and time for a job that has not begun."""

    model_config = ConfigDict(extra="forbid")

    day: Day = Field(alias=fields.DATE, description="On that person's calendar, `YYYY-MM-DD`.", examples=["2030-09-20"])
    clock: Clock = Field(alias=fields.TIME, description="On that person's clock, `HH:MM`.", examples=["11:41"])


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


def read_due(pairs: Pairs, *, now: datetime, limits: Limits) -> DueReading:
    """A request that names a time and nothing else."""
    reader = Reader(pairs, known=NAMES)
    due = take_due(reader, Rules(limits))
    if due:
        reader.note(lambda: check_in_time(due, now=now, horizon=limits.horizon))
    return DueReading(reader.typed, reader.in_order(), due)


def take_now_or_due(reader: Reader, rules: Rules, *, now: datetime) -> Due | None:
    """Of a request that need not name a time."""
    chosen = reader.take(Choosing)
    if chosen and (chosen.when or unsaid_choice(reader.typed)) == fields.AT:
        return take_due(reader, Rules(rules.limits))
    zoned = reader.take(Zoned, rules)
    if chosen is None or zoned is None:
        return None
    return Due(to_milliseconds(now), twice=False, day=now.astimezone(zoned.zone).date(), zone=zoned.zone, at_once=True)


def unsaid_choice(typed: Mapping[str, str]) -> str:
    """Whoever mentions a date or a time, be it empty, means to name one."""
    return fields.AT if fields.DATE in typed or fields.TIME in typed else fields.NOW


def take_due(reader: Reader, rules: Rules) -> Due | None:
    """Past times too; None when a field makes no sense."""
    named = reader.take(NewTime, rules)
    if named is None:
        return None
    moment = reader.note(lambda: _moment(datetime.combine(named.day, named.clock), named.zone))
    return Due(moment.at, moment.twice, named.day, named.zone) if moment else None


def check_in_time(due: Due, *, now: datetime, horizon: timedelta) -> None:
    """FieldError when it has passed or lies too far ahead."""
    if due.at <= now.astimezone(UTC) - GRACE:
        earlier_day = due.day < now.astimezone(due.zone).date()
        raise FieldError(fields.DATE if earlier_day else fields.TIME, "past")
    if due.at > now + horizon:
        raise FieldError(fields.DATE, "date_too_far", days=horizon.days)


def _moment(wall: datetime, zone: ZoneInfo) -> Moment:
    try:
        return moment_of(wall, zone)
    except SkippedTimeError as skipped:
        raise FieldError(fields.TIME, "time_skipped", next=f"{skipped.next_valid:%H:%M}") from None
