from datetime import timedelta

import pytest

from shared.cloudevents import UNREADABLE
from shared.deadletters import MAX_KEPT_BYTES
from shared.dlq.letters import Lying, Wanted, letters_among, receipt_for
from tests.unit.shared.dlq.samples import DELIVERED, SUBMITTED, letter, lying, rubbish
from tests.unit.shared.samples import NOW


def test_a_letter_holds_the_record_as_it_was_apart_from_what_is_told_about_it() -> None:
    read = letter()

    assert (read.key, read.value, read.headers) == (SUBMITTED.key, SUBMITTED.value, SUBMITTED.headers)
    assert (read.origin, read.error, read.type_name) == ("job-inbox.v1", "ValueError", "aid.job-submitted.v1")
    assert (read.failed_at, read.refusal, read.replayed) == (NOW, "", False)


def test_a_receipt_is_no_letter_and_marks_the_one_it_is_for() -> None:
    first, second = lying(offset=7), lying(offset=8)
    (read, _) = letters_among([first, second])
    receipt = Lying(first.topic, 0, 9, 0, None, None, receipt_for(read))

    assert [(read.offset, read.replayed) for read in letters_among([first, second, receipt])] == [(7, True), (8, False)]


def test_a_receipt_is_for_a_letter_of_its_own_topic() -> None:
    elsewhere = Lying("packager.dlq", 0, 9, 0, None, None, receipt_for(letter()))

    assert [read.replayed for read in letters_among([lying(), elsewhere])] == [False]


@pytest.mark.parametrize(
    ("delivery", "refusal"),
    [
        (rubbish(b"x" * (MAX_KEPT_BYTES + 1)), "only its first 65536 of 2097156 bytes are kept"),
        (rubbish(headers=((UNREADABLE, b"why"),)), "it is a batch that nobody could read, no record"),
        (rubbish(None, key=None), ""),
    ],
)
def test_only_what_is_whole_goes_back(delivery: object, refusal: str) -> None:
    assert letter(delivery).refusal == refusal  # type: ignore[arg-type]


def test_what_others_have_put_among_the_letters_does_no_harm() -> None:
    stranger = Lying("scheduler.dlq", 0, 1, -1, None, None, (("dlq_replayed", b"\xff"), ("dlq_failed_at", b"once")))

    (read,) = letters_among([stranger])

    assert (read.origin, read.failed_at.year) == ("", 1970)
    assert read.refusal == "it says of no topic that it came from"


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        (Wanted(), True),
        (Wanted(offset=7), True),
        (Wanted(offset=8), False),
        (Wanted(error="ValueError", origin="job-inbox.v1", type_name="aid.job-submitted.v1"), True),
        (Wanted(error="KeyError"), False),
        (Wanted(origin="job-due.v1"), False),
        (Wanted(type_name="aid.mail-sent.v1"), False),
        (Wanted(since=NOW), True),
        (Wanted(since=NOW + timedelta(seconds=1)), False),
        (Wanted(since=NOW, offset=8), False),
    ],
)
def test_a_letter_is_meant_when_every_wish_is_met(wanted: Wanted, meant: bool) -> None:
    assert wanted(letter(DELIVERED)) is meant
