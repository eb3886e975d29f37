"""One request, read from the fields of a form or of a JSON object: everything that is wrong with it at once. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.gateway import fields
from services.gateway.fields import FieldError
from services.gateway.times import Moment, SkippedTimeError, moment_of

T = TypeVar("T")

Pairs = Iterable[tuple[str, object]]
"""Names and values as they came, duplicates included."""

GRACE = timedelta(seconds=60)
"""The current minute is "now", although it began before now."""


@dataclass(frozen=True)
class Limits:
    """`time_zone` is for those who say none."""

    max_images: int = 500
    horizon: timedelta = timedelta(days=366)
    time_zone: str = "UTC"


@dataclass(frozen=True)
class JobForm:
    """What is asked for. `twice`: the clock shows that time twice, and `due_at` (UTC) is the first."""

    query: str
    images: int
    due_at: datetime
    twice: bool
    address: str = field(repr=False)
    time_zone: str


@dataclass(frozen=True)
class Reading:
    """`form` is there as soon as its fields make sense; it may be accepted when `problems` is empty.

    The two differ for a time that has passed: a repeat of a request accepted earlier is still that request.
    """

    typed: Mapping[str, str]
    problems: Mapping[str, FieldError]
    form: JobForm | None


def read_form(
    pairs: Pairs, *, now: datetime, limits: Limits, forgive_zone: bool = False, also: tuple[str, ...] = ()
) -> Reading:
    """`also` names fields that are known here and read elsewhere."""
    reader = _Reader(pairs, known=(*fields.NAMES, *also))
    query = reader.take(fields.QUERY, fields.search_query)
    zone = reader.take(fields.ZONE, partial(fields.zone, otherwise=limits.time_zone, forgive=forgive_zone))
    day = reader.take(fields.DATE, fields.calendar_day)
    clock = reader.take(fields.TIME, fields.clock_time)
    address = reader.take(fields.EMAIL, fields.address)
    images = reader.take(fields.IMAGES, partial(fields.image_count, most=limits.max_images))
    moment = reader.note(lambda: _moment(datetime.combine(day, clock), zone)) if day and clock and zone else None
    form = None
    if not reader.problems and query and address and images and moment and zone:
        form = JobForm(query, images, moment.at, moment.twice, address, zone.key)
    if moment and day and zone:
        reader.note(lambda: _check_in_time(moment, day, zone, now=now, horizon=limits.horizon))
    return Reading(reader.typed, reader.problems, form)


def _moment(wall: datetime, zone: ZoneInfo) -> Moment:
    try:
        return moment_of(wall, zone)
    except SkippedTimeError as skipped:
        raise FieldError(fields.TIME, "time_skipped", next=f"{skipped.next_valid:%H:%M}") from None


def _check_in_time(moment: Moment, day: date, zone: ZoneInfo, *, now: datetime, horizon: timedelta) -> None:
    if moment.at < now.astimezone(UTC) - GRACE:
        earlier_day = day < now.astimezone(zone).date()
        raise FieldError(fields.DATE if earlier_day else fields.TIME, "past")
    if moment.at > now + horizon:
        raise FieldError(fields.DATE, "date_too_far", days=horizon.days)


class _Reader:
    """Takes fields one by one and keeps what is wrong with each: the first thing only."""

    def __init__(self, pairs: Pairs, *, known: tuple[str, ...]) -> None:
        self.problems: dict[str, FieldError] = {}
        self.typed: dict[str, str] = {}
        values: dict[str, object] = {}
        for name, value in pairs:
            if name not in known:
                self._keep(FieldError(name, "unknown_field"))
            elif name in values:
                self._keep(FieldError(name, "duplicate_field"))
            else:
                values[name] = value
        for name, value in values.items():
            self.note(lambda name=name, value=value: self._type(name, value))  # type: ignore[misc]

    def take(self, name: str, read: Callable[[str], T]) -> T | None:
        """None when the field is wrong."""
        if name in self.problems:
            return None
        return self.note(lambda: read(self.typed.get(name, "")))

    def note(self, step: Callable[[], T]) -> T | None:
        try:
            return step()
        except FieldError as error:
            self._keep(error)
            return None

    def _type(self, name: str, value: object) -> None:
        if name == fields.IMAGES and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        elif value is None:
            value = ""
        if not isinstance(value, str):
            raise FieldError(name, "images_invalid" if name == fields.IMAGES else "not_a_text")
        self.typed[name] = value

    def _keep(self, error: FieldError) -> None:
        self.problems.setdefault(error.field, error)
