"""What is put aside when a record can not be handled."""

import hashlib

from shared.cloudevents import Delivery
from shared.deadletters import CUT_TO, MAX_KEPT_BYTES, dead_letter

HEADERS = (("ce_type", b"aid.job-started.v1"),)


def a_delivery(value: bytes | None) -> Delivery:
    return Delivery("job-inbox.v1", 3, 41, 1_000, b"key", value, HEADERS)


def test_a_dead_letter_is_the_record_as_it_was_with_its_origin_behind() -> None:
    letter = dead_letter("scheduler.dlq", a_delivery(b"rubbish"), ValueError("no"), attempts=3)

    assert (letter.topic, letter.key, letter.value) == ("scheduler.dlq", b"key", b"rubbish")
    assert letter.headers[:1] == HEADERS
    assert dict(letter.headers[1:]) == {
        "dlq_topic": b"job-inbox.v1",
        "dlq_partition": b"3",
        "dlq_offset": b"41",
        "dlq_timestamp": b"1000",
        "dlq_error": b"ValueError",
        "dlq_message": b"no",
        "dlq_attempts": b"3",
    }


def test_a_record_too_large_to_put_aside_keeps_its_beginning_and_its_digest() -> None:
    value = b"x" * (MAX_KEPT_BYTES + 1)

    letter = dead_letter("scheduler.dlq", a_delivery(value), ValueError("too large"), attempts=1)

    assert letter.value == value[:CUT_TO]
    assert dict(letter.headers)["dlq_sha256"] == hashlib.sha256(value).hexdigest().encode()
    assert int(dict(letter.headers)["dlq_size"]) > MAX_KEPT_BYTES


def test_no_address_gets_into_a_dead_letter_by_way_of_an_error() -> None:
    letter = dead_letter("notifier.dlq", a_delivery(b"x"), ValueError("no mail for ann@example.com"), attempts=1)

    assert dict(letter.headers)["dlq_message"] == b"no mail for [address]"
