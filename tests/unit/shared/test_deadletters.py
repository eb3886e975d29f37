"""What is put aside when a record can not be handled."""

import hashlib

from shared.cloudevents import Delivery
from shared.deadletters import CUT_TO, MAX_KEPT_BYTES, Failure, dead_letter
from tests.unit.shared.samples import NOW

HEADERS = (("ce_type", b"aid.job-started.v1"),)


def a_delivery(value: bytes | None = b"x", headers: tuple[tuple[str, bytes], ...] = HEADERS) -> Delivery:
    return Delivery("job-inbox.v1", 3, 41, 1_000, b"key", value, headers)


def failure(error: Exception, attempts: int = 1) -> Failure:
    return Failure(error, NOW, attempts)


def test_a_dead_letter_is_the_record_as_it_was_with_its_origin_behind() -> None:
    letter = dead_letter("scheduler", a_delivery(b"rubbish"), failure(ValueError("no"), attempts=3))

    assert (letter.topic, letter.key, letter.value) == ("scheduler.dlq", b"key", b"rubbish")
    assert letter.headers[:1] == HEADERS
    assert dict(letter.headers[1:]) == {
        "dlq_service": b"scheduler",
        "dlq_topic": b"job-inbox.v1",
        "dlq_partition": b"3",
        "dlq_offset": b"41",
        "dlq_timestamp": b"1000",
        "dlq_error": b"ValueError",
        "dlq_message": b"no",
        "dlq_attempts": b"3",
        "dlq_failed_at": b"2026-03-03T13:12:05.123000+00:00",
    }


def test_a_record_too_large_to_put_aside_keeps_its_beginning_and_its_digest() -> None:
    value = b"x" * (MAX_KEPT_BYTES + 1)

    letter = dead_letter("scheduler", a_delivery(value), failure(ValueError("too large")))

    assert letter.value == value[:CUT_TO]
    assert dict(letter.headers)["dlq_sha256"] == hashlib.sha256(value).hexdigest().encode()
    assert int(dict(letter.headers)["dlq_size"]) > MAX_KEPT_BYTES


def test_a_record_of_very_many_empty_headers_is_too_large_also() -> None:
    letter = dead_letter("scheduler", a_delivery(headers=(("", b""),) * 300_000), failure(ValueError("no")))

    assert (letter.value, len(letter.headers)) == (b"x", 11)


def test_no_address_gets_into_a_dead_letter_by_way_of_an_error() -> None:
    letter = dead_letter("notifier", a_delivery(), failure(ValueError("no mail for ann@example.com")))

    assert dict(letter.headers)["dlq_message"] == b"no mail for [address]"


def test_an_error_whose_text_is_no_text_does_not_keep_a_record_from_being_put_aside() -> None:
    letter = dead_letter("notifier", a_delivery(), failure(ValueError("half a \ud83d")))

    assert dict(letter.headers)["dlq_message"] == b"half a \\ud83d"
