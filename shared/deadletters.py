"""What could not be handled, as it is put aside: the raw record, with its cause and origin in headers. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from shared.cloudevents import Delivery, Headers, Record
from shared.redaction import hide_addresses
from shared.topics import dead_letters

MAX_KEPT_BYTES = 2 * 1024 * 1024
"""Well below what the dead-letter topic takes. A compressed record may be far larger than its topic's limit."""

CUT_TO = 64 * 1024


@dataclass(frozen=True)
class Failure:
    """The first error is the telling one: later attempts often stumble over what the first has left behind."""

    error: Exception
    first_at: datetime
    attempts: int


def dead_letter(service: str, delivery: Delivery, failure: Failure) -> Record:
    """The record as it was, its own headers in front; one that is too large is cut."""
    if delivery.size > MAX_KEPT_BYTES:
        return cut_letter(service, delivery, failure)
    headers = (*delivery.headers, *_encoded(_told(service, delivery, failure)))
    return Record(dead_letters(service).name, delivery.key, delivery.value, headers)


def cut_letter(service: str, delivery: Delivery, failure: Failure) -> Record:
    """Its beginning, without its own headers; `dlq_size` and `dlq_sha256` tell of the rest."""
    value = delivery.value or b""
    lost = {"dlq_size": str(delivery.size), "dlq_sha256": hashlib.sha256(value).hexdigest()}
    headers = _encoded(_told(service, delivery, failure) | lost)
    return Record(dead_letters(service).name, (delivery.key or b"")[:1024], value[:CUT_TO], headers)


def _told(service: str, delivery: Delivery, failure: Failure) -> dict[str, str]:
    return {
        "dlq_service": service,
        "dlq_topic": delivery.topic,
        "dlq_partition": str(delivery.partition),
        "dlq_offset": str(delivery.offset),
        "dlq_timestamp": str(delivery.timestamp_ms),
        "dlq_error": type(failure.error).__name__,
        "dlq_message": hide_addresses(str(failure.error))[:1000],
        "dlq_attempts": str(failure.attempts),
        "dlq_failed_at": failure.first_at.isoformat(),
    }


def _encoded(texts: dict[str, str]) -> Headers:
    return tuple((name, text.encode(errors="backslashreplace")) for name, text in texts.items())
