"""One request, read from the fields of a form or of a JSON object: everything that is wrong with it at once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from services.gateway import fields
from services.gateway.due import Limits, check_in_time, take_now_or_due
from services.gateway.fields import FieldError
from services.gateway.narrowing import take_filters
from services.gateway.reading import Pairs, Reader
from shared.filters import NO_FILTERS, Filters


@dataclass(frozen=True)
class JobForm:
    """What is asked for. `twice`: the clock shows that time twice, and `due_at` (UTC) is the first.

    `at_once`: `due_at` is merely when the request came, and another one when it comes again.
    """

    query: str
    images: int
    due_at: datetime
    twice: bool
    address: str = field(repr=False)
    time_zone: str
    filters: Filters = NO_FILTERS
    at_once: bool = False


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
    reader = Reader(pairs, known=(*fields.NAMES, *also))
    query = reader.take(fields.QUERY, fields.search_query)
    due = take_now_or_due(reader, now=now, limits=limits, forgive_zone=forgive_zone)
    address = reader.take(fields.EMAIL, fields.address)
    images = reader.take(fields.IMAGES, partial(fields.image_count, most=limits.max_images))
    filters = take_filters(reader)
    form = None
    if not reader.problems and query and due and address and images and filters:
        form = JobForm(query, images, due.at, due.twice, address, due.zone.key, filters, due.at_once)
    if due:
        reader.note(lambda: check_in_time(due, now=now, horizon=limits.horizon))
    return Reading(reader.typed, reader.problems, form)
