"""What the API can do, one line of facts for each operation: the OpenAPI document and its page are made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from services.gateway.api.answers import Again, Job, Root
from services.gateway.asking.due import NewTime
from services.gateway.asking.forms import NewJob
from services.gateway.limits.quotas import Rule
from services.gateway.web.problems import too_many

OPENAPI = "/api/v1/openapi.json"

_TOKEN = ("link_invalid", "link_expired", "unavailable")
_BODY = (
    "json_malformed",
    "json_not_an_object",
    "not_utf8",
    "body_broken",
    "too_slow",
    "too_large",
    "unsupported_media_type",
    "fields_wrong",
)

_JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """`answers`: by status, its words and its content by media type. `problems` are codes. `curl` follows `curl `."""

    name: str
    method: str
    path: str
    summary: str
    answers: Mapping[int, tuple[str, Mapping[str, type[BaseModel] | None]]]
    curl: str
    description: str = ""
    asks: type[BaseModel] | None = None
    headers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def _json(status: int, words: str, model: type[BaseModel] | None) -> Any:
    return MappingProxyType({status: (words, {_JSON: model})})


OPERATIONS = (
    Operation(
        name="api_root",
        method="get",
        path="/api/v1",
        summary="What this API allows",
        answers=_json(200, "Version, limits, filters and links.", Root),
        curl="{server}/api/v1",
    ),
    Operation(
        name="api_openapi",
        method="get",
        path=OPENAPI,
        summary="This document",
        answers=_json(200, "OpenAPI 3.1.", None),
        curl="{server}/api/v1/openapi.json",
    ),
    Operation(
        name="api_submit",
        method="post",
        path="/api/v1/jobs",
        summary="Ask for pictures",
        description=(
            "The answer comes once the job is stored for good; `url`, also in `Location`, is its address. The same"
            " fields under the same `Idempotency-Key` are the same job, as long as the server knows of it: the answer"
            " is how that job fares, or 410 when it is deleted by now. Other fields under the same key are another job."
        ),
        asks=NewJob,
        headers={
            "Idempotency-Key": {
                "description": "Makes a repeat harmless. Take a random one, such as a UUID, for each job: who has it,"
                " and the same fields, is told of the job.",
                "schema": {"type": "string", "pattern": "^[!-~]{16,200}$"},
            }
        },
        answers=_json(202, "Accepted.", Job),
        problems=(
            *_BODY,
            *map(too_many, Rule),
            "idempotency_key_malformed",
            "job_over",
            "job_unconfirmed",
            "unavailable",
        ),
        curl=(
            "-H 'Idempotency-Key: {key}' --json"
            ' \'{{"search-query": "red pandas", "images": 20, "email": "you@example.com"}}\' {server}/api/v1/jobs'
        ),
    ),
    Operation(
        name="api_status",
        method="get",
        path="/api/v1/jobs/{status}",
        summary="How a job fares",
        description="With the last answer's `ETag` in `If-None-Match` it costs next to nothing while that is still so.",
        headers={
            "If-None-Match": {"description": "The `ETag` of what is known already.", "schema": {"type": "string"}}
        },
        answers={200: ("The job.", {_JSON: Job}), 304: ("It fares as before.", {})},
        problems=_TOKEN,
        curl='"$JOB"',
    ),
    Operation(
        name="api_events",
        method="get",
        path="/api/v1/jobs/{status}/events",
        summary="Be told how a job fares as it goes",
        description=(
            "Server-sent events. Each `status` event is the whole document that `GET` gives, so the last one is all"
            " there is to know; a comment comes every 15 seconds. A client that comes back with the `id` of the last"
            " event in `Last-Event-ID` is told nothing while that is still how things are, and once how they are when"
            " it is not. The event `end` is the last one: its data is `complete`, or `expired` when nothing is left"
            " of the job; then there is nothing to come back for."
        ),
        headers={
            "Last-Event-ID": {"description": "The `id` of the last event that came.", "schema": {"type": "string"}}
        },
        answers=MappingProxyType({200: ("The events.", {"text/event-stream": None})}),
        problems=(*_TOKEN, "too_many_streams"),
        curl='-N "$JOB/events"',
    ),
    Operation(
        name="api_cancel",
        method="post",
        path="/api/v1/jobs/{status}/cancel",
        summary="Cancel a job",
        description="What is asked is decided after the answer, which tells how the job fared before.",
        answers=_json(202, "Asked for.", Job),
        problems=(*_TOKEN, "change_unconfirmed"),
        curl='-X POST "$JOB/cancel"',
    ),
    Operation(
        name="api_reschedule",
        method="post",
        path="/api/v1/jobs/{status}/reschedule",
        summary="Move a job to another time",
        description="As long as it has not begun. The answer tells how the job fared before.",
        asks=NewTime,
        answers=_json(202, "Asked for.", Job),
        problems=(*_TOKEN, *_BODY, "time_fixed", "change_unconfirmed"),
        curl='--json \'{{"date": "\'$(date -d tomorrow +%F)\'", "time": "11:41"}}\' "$JOB/reschedule"',
    ),
    Operation(
        name="api_again",
        method="post",
        path="/api/v1/jobs/{status}/again",
        summary="The same once more",
        answers=_json(202, "Where a form lies, filled in; also in `Location`.", Again),
        problems=_TOKEN,
        curl='-X POST "$JOB/again"',
    ),
    Operation(
        name="api_delete",
        method="post",
        path="/api/v1/jobs/{status}/delete",
        summary="Delete a job and all that belongs to it",
        description=(
            "Of a job that has ended, its pictures, its mail address and its links go at once. One that waits or runs"
            " is cancelled, and no more: the rest goes by itself a while later, or at once when this is asked again"
            " after its state is `cancelled`."
        ),
        answers=_json(202, "Asked for.", Job),
        problems=(*_TOKEN, "change_unconfirmed"),
        curl='-X POST "$JOB/delete"',
    ),
    Operation(
        name="download",
        method="get",
        path="/download/{download}",
        summary="The archive",
        description=(
            "A job's `download`, as long as its link lives; also by HEAD, and in parts (`Range`). A download that was"
            " cut off may be taken up again. What is wrong is told as a page for people."
        ),
        answers={
            200: ("The ZIP.", {"application/zip": None}),
            206: ("A part of it.", {"application/zip": None}),
            307: ("It lies in a bucket, at the address in `Location`.", {}),
            416: ("There is no such part.", {}),
        },
        problems=("link_invalid", "link_expired", "archive_missing", "unavailable"),
        curl='-OJL "$DOWNLOAD"',
    ),
)
