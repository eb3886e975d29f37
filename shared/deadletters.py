"""What could not be handled, as it is put aside: the raw record, with its cause and origin in headers. Pure."""

import hashlib

from shared.cloudevents import Delivery, Headers, Record
from shared.redaction import hide_addresses

MAX_KEPT_BYTES = 2 * 1024 * 1024
"""Well below what the dead-letter topic takes. A compressed record may be far larger than its topic's limit."""

CUT_TO = 64 * 1024


def dead_letter(topic: str, delivery: Delivery, error: Exception, *, attempts: int) -> Record:
    """The record as it was, its own headers in front.

    One that is too large to be put aside whole keeps its beginning; `dlq_size` and `dlq_sha256` tell of the rest.
    """
    origin = {
        "dlq_topic": delivery.topic,
        "dlq_partition": str(delivery.partition),
        "dlq_offset": str(delivery.offset),
        "dlq_timestamp": str(delivery.timestamp_ms),
        "dlq_error": type(error).__name__,
        "dlq_message": hide_addresses(str(error))[:1000],
        "dlq_attempts": str(attempts),
    }
    if delivery.size <= MAX_KEPT_BYTES:
        return Record(topic, delivery.key, delivery.value, (*delivery.headers, *_encoded(origin)))
    value = delivery.value or b""
    lost = {"dlq_size": str(delivery.size), "dlq_sha256": hashlib.sha256(value).hexdigest()}
    return Record(topic, (delivery.key or b"")[:1024], value[:CUT_TO], _encoded(origin | lost))


def _encoded(texts: dict[str, str]) -> Headers:
    return tuple((name, text.encode()) for name, text in texts.items())
