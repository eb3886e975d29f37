"""CloudEvents 1.0, Kafka binding, binary mode: attributes in `ce_*` headers, the value is the event as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from shared.errors import InvalidEventError
from shared.events import EVENT_TYPES, Event
from shared.topics import MAX_EVENT_BYTES

Headers = tuple[tuple[str, bytes], ...]


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
        return len(self.key or b"") + len(self.value or b"") + sum(len(n) + len(text) for n, text in self.headers)


def encode(event: Event, *, source: str, now: datetime) -> Record:
    """`source` is the service that speaks; its event ids never repeat for different content."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(event.event_id),
        "ce_source": f"/aid/{source}",
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
