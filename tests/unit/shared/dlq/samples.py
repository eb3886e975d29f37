"""Dead letters as the consumer writes them."""

from dataclasses import replace
from datetime import timedelta

from shared.cloudevents import Delivery, Headers, encode
from shared.deadletters import Failure, dead_letter
from shared.dlq.letters import Letter, Lying, letters_among
from tests.unit.shared.samples import EVERY_EVENT, NOW

SUBMITTED = encode(EVERY_EVENT[0], source="gateway", now=NOW)
DELIVERED = Delivery(SUBMITTED.topic, 3, 41, 1_000, SUBMITTED.key, SUBMITTED.value, SUBMITTED.headers)


def lying(
    delivery: Delivery = DELIVERED, error: Exception | None = None, *, offset: int = 7, minutes: int = 0
) -> Lying:
    """It failed `minutes` after NOW, and lies in the scheduler's dead letters."""
    at = NOW + timedelta(minutes=minutes)
    record = dead_letter("scheduler", delivery, Failure(error or ValueError("a bug"), at, attempts=3))
    return Lying(record.topic, 0, offset, int(at.timestamp() * 1000), record.key, record.value, record.headers)


def letter(delivery: Delivery = DELIVERED, error: Exception | None = None, **told: int) -> Letter:
    (read,) = letters_among([lying(delivery, error, **told)])
    return read


def rubbish(value: bytes | None = b"rubbish", *, key: bytes | None = b"key", headers: Headers = ()) -> Delivery:
    return replace(DELIVERED, value=value, key=key, headers=headers)
