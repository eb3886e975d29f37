"""One request, read from the fields of a form or of a JSON object: everything that is wrong with it at once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema

from services.gateway.asking import fields
from services.gateway.asking.due import CLOCK, DAY, Choosing, Limits, Rules, Zoned, check_in_time, take_now_or_due
from services.gateway.asking.fields import FieldError
from services.gateway.asking.narrowing import Narrowing, take_filters
from services.gateway.asking.reading import Pairs, Reader
from shared.filters import NO_FILTERS, Filters


def _images(text: str, info: ValidationInfo) -> int:
    rules = cast("Rules", info.context)
    return fields.image_count(text, most=rules.limits.max_images)


QUERY = {
    "type": "string",
    "minLength": 1,
    "maxLength": fields.LONGEST_QUERY,
    "pattern": r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$",
}
IMAGES = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^0*[1-9][0-9]*$"}]}

Query = Annotated[str, PlainValidator(fields.search_query), WithJsonSchema(QUERY)]
Address = Annotated[str, PlainValidator(fields.address), WithJsonSchema({"type": "string", "format": "email"})]
Images = Annotated[int, PlainValidator(_images), WithJsonSchema(IMAGES)]


class Wanted(BaseModel):
    query: Query = Field(
        alias=fields.QUERY,
        description="What to search for; no control characters. Spaces around it do not count.",
        examples=["Best hd wallpaper"],
    )
    address: Address = Field(
        alias=fields.EMAIL, description="Whom to mail; one address.", examples=["anna@example.com"]
    )
    images: Images = Field(alias=fields.IMAGES, description="How many pictures, also in digits.", examples=[145])


def _when_it_counts(schema: dict[str, Any]) -> None:
    """A date and a time go together, and count unless the choice is `now`."""
    at_once = {"properties": {fields.WHEN: {"const": fields.NOW}}, "required": [fields.WHEN]}
    chosen = {"properties": {fields.WHEN: {"const": fields.AT}}, "required": [fields.WHEN]}
    together = {
        "properties": {fields.DATE: DAY, fields.TIME: CLOCK},
        "dependentRequired": {fields.DATE: [fields.TIME], fields.TIME: [fields.DATE]},
    }
    schema["allOf"] = [
        {"if": at_once, "else": together},
        {"if": chosen, "then": {"required": [fields.DATE, fields.TIME]}},
    ]


Unread = Annotated[str | None, WithJsonSchema({"type": ["string", "null"]})]


class NewJob(Narrowing, Zoned, Choosing, Wanted):
    """A job: what, how many, for whom, and when. Case and spaces around a value do not matter."""

    # It is read part by part, so that no wrong field hides another; this is all of it, for whoever describes it.
    model_config = ConfigDict(extra="forbid", json_schema_extra=_when_it_counts)

    day: Unread = Field(
        default=None,
        alias=fields.DATE,
        description="On that person's calendar, `YYYY-MM-DD`; with neither date nor time the job begins at once.",
        examples=["2030-09-20"],
    )
    clock: Unread = Field(
        default=None, alias=fields.TIME, description="On that person's clock, `HH:MM`.", examples=["11:41"]
    )


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
    rules = Rules(limits, forgive_zone)
    wanted = reader.take(Wanted, rules)
    due = take_now_or_due(reader, rules, now=now)
    filters = take_filters(reader)
    form = None
    if not reader.problems and wanted and due and filters:
        form = JobForm(
            wanted.query, wanted.images, due.at, due.twice, wanted.address, due.zone.key, filters, due.at_once
        )
    if due:
        reader.note(lambda: check_in_time(due, now=now, horizon=limits.horizon))
    return Reading(reader.typed, reader.in_order(), form)
