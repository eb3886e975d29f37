"""CloudEvents 1.0, Kafka binding, binary mode: attributes in `ce_*` headers, the value is the event as JSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from shared.errors import InvalidEventError
from shared.events import EVENT_TYPES, Event
from shared.topics import MAX_EVENT_BYTES

Headers = tuple[tuple[str, bytes], ...]

UNREADABLE = "aid_unreadable"
"""The header of a stand-in for records that nobody can read: its value is their batch as it lies in Kafka."""

_SOURCE = "/aid/"
_HEADER_OVERHEAD = 10


@dataclass(frozen=True)
class Record:
    """What lies in Kafka: bytes and headers."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True)
class Delivery:
    """A record as it came, and where from."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def size(self) -> int:
        """At least what it takes in Kafka."""
        headers = sum(len(name.encode()) + len(text) + _HEADER_OVERHEAD for name, text in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers


def encode(event: Event, *, source: str, now: datetime) -> Record:
    """`source` is the service that speaks; its event ids never repeat for different content."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(event.event_id),
        "ce_source": f"{_SOURCE}{source}",
        "ce_type": event.type_name(),
        "ce_time": now.isoformat(),
        "ce_subject": str(event.job_id),
        "content-type": "application/json",
    }
    return Record(
        topic=event.topic.name,
        key=str(event.job_id).encode(),
        value=event.model_dump_json().encode(),
        headers=tuple((name, text.encode()) for name, text in attributes.items()),
    )


def event_in(delivery: Delivery) -> Event:
    """The event that was delivered. InvalidEventError: as `decode`, or its key is not its job.

    Order and ownership hang on the key: under a foreign one a job would be decided by two owners.
    """
    problem = dict(delivery.headers).get(UNREADABLE)
    if problem is not None:
        raise InvalidEventError(f"unreadable batch: {problem.decode(errors='replace')}")
    event = decode(delivery.topic, delivery.value, delivery.headers)
    if delivery.key != str(event.job_id).encode():
        raise InvalidEventError("the key is not the job id")
    return event


def says_it_is_ours(delivery: Delivery) -> tuple[str, str] | None:
    """Type and job of a record whose envelope is that of `encode` in full and whose value is whole JSON of that job."""
    told = {name: text.decode(errors="replace") for name, text in delivery.headers}
    key = (delivery.key or b"").decode(errors="replace")
    model = EVENT_TYPES.get(told.get("ce_type", ""))
    if model is None or model.topic.name != delivery.topic:
        return None
    if not told.get("ce_source", "").startswith(_SOURCE) or told.get("ce_subject") != key:
        return None
    if not {"ce_specversion", "ce_id", "ce_time", "content-type"} <= told.keys():
        return None
    return (told["ce_type"], key) if _whole_json_of(key, delivery.value) else None


def _whole_json_of(job_id: str, value: bytes | None) -> bool:
    if value is None or len(value) > MAX_EVENT_BYTES:
        return False
    try:
        written = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(written, dict) and written.get("job_id") == job_id


def decode(topic: str, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Event:
    """The event in a record of `topic`.

    Raises InvalidEventError when it is empty, too large, of a type we do not know or that does not
    belong on this topic, or not of that type's shape.
    """
    if not value:
        raise InvalidEventError("no value")
    if len(value) > MAX_EVENT_BYTES:
        raise InvalidEventError(f"{len(value)} bytes, more than {MAX_EVENT_BYTES}")
    model = _model_for(topic, headers)
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        # include_input would carry the query into logs and headers.
        raise InvalidEventError(_summary(error)) from None


def _model_for(topic: str, headers: Iterable[tuple[str, bytes]]) -> type[Event]:
    name = next((text for header, text in headers if header == "ce_type"), b"").decode(errors="replace")
    model = EVENT_TYPES.get(name)
    if model is None:
        raise InvalidEventError(f"unknown type {name!r:.100}")
    if model.topic.name != topic:
        raise InvalidEventError(f"{name} does not belong on {topic}")
    return model


def _summary(error: ValidationError) -> str:
    problems = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems)[:1000]
