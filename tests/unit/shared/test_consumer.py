import asyncio
from collections.abc import Iterable, Iterator, MutableMapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs

from shared.cloudevents import Delivery, Record, encode
from shared.consumer import TRIES, Consumer, Handler
from shared.errors import DependencyAwayError, InvalidEventError, ServiceUnfitError
from shared.events import Event, JobCancelled, JobStarted, MailKind, MailRefused
from shared.tolerance import MISMATCHES_PER_BUG, Tolerance
from shared.topics import JOB_LIFECYCLE
from shared.waiting import waiting_for
from tests.contract.memory import MemoryPublisher
from tests.growth import Growth
from tests.unit.shared.samples import JOB_ID, NOW

STARTED = JobStarted(job_id=JOB_ID, sequence=2)
ANSWER = MailRefused(job_id=JOB_ID, kind=MailKind.STARTED)
DEAD = "packager.dlq"


class Handling:
    """Raises each error in turn, then answers; counts how often it was asked."""

    def __init__(self, *errors: Exception, answers: Iterable[Event] = (ANSWER,)) -> None:
        self._errors = list(errors)
        self._answers = answers
        self.calls = 0

    async def __call__(self, _: JobStarted) -> Iterable[Event]:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return self._answers


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with capture_logs():
        yield


@pytest.fixture
def publisher() -> MemoryPublisher:
    return MemoryPublisher(source="packager")


def consumer(publisher: MemoryPublisher, handler: Handler) -> Consumer:
    return Consumer("packager", {JobStarted: handler}, publisher)


def delivered(event: Event) -> Delivery:
    record = encode(event, source="scheduler", now=NOW)
    return Delivery(record.topic, 3, 41, 1_772_543_525_123, record.key, record.value, record.headers)


def rubbish(value: bytes | None = b"rubbish") -> Delivery:
    return Delivery(JOB_LIFECYCLE.name, 3, 42, 1_772_543_525_123, b"\xff", value, (("ce_type", b"aid.job-started.v1"),))


async def test_what_a_handler_answers_is_published_before_the_record_is_done(publisher: MemoryPublisher) -> None:
    await consumer(publisher, Handling()).handle(delivered(STARTED))

    (record,) = publisher.records
    assert (record.topic, record.value) == ("job-inbox.v1", ANSWER.model_dump_json().encode())


async def test_an_event_nobody_here_asked_for_is_passed_over(publisher: MemoryPublisher) -> None:
    handling = Handling()

    await consumer(publisher, handling).handle(delivered(JobCancelled(job_id=JOB_ID)))

    assert (handling.calls, publisher.records) == (0, [])


async def test_rubbish_is_buried_as_it_came_with_its_cause_and_origin(publisher: MemoryPublisher) -> None:
    delivery = rubbish()

    await consumer(publisher, Handling()).handle(delivery)

    (letter,) = publisher.records
    assert (letter.topic, letter.key, letter.value) == (DEAD, delivery.key, delivery.value)
    assert letter.headers[:1] == delivery.headers
    told = dict(letter.headers)
    assert b"Invalid JSON" in told.pop("dlq_message")
    assert datetime.fromisoformat(told.pop("dlq_failed_at").decode()) <= datetime.now(UTC)
    assert told == {
        "dlq_service": b"packager",
        "ce_type": b"aid.job-started.v1",
        "dlq_topic": b"job-lifecycle.v1",
        "dlq_partition": b"3",
        "dlq_offset": b"42",
        "dlq_timestamp": b"1772543525123",
        "dlq_error": b"InvalidEventError",
        "dlq_attempts": b"1",
    }


async def test_an_empty_record_is_buried_too(publisher: MemoryPublisher) -> None:
    await consumer(publisher, Handling()).handle(rubbish(None))

    assert [(letter.topic, letter.value) for letter in publisher.records] == [(DEAD, None)]


async def test_an_event_a_handler_calls_invalid_is_buried_at_once(publisher: MemoryPublisher) -> None:
    handling = Handling(InvalidEventError("too many pictures"))

    await consumer(publisher, handling).handle(delivered(STARTED))

    assert handling.calls == 1
    assert dict(publisher.records[0].headers)["dlq_message"] == b"too many pictures"


async def test_a_bug_that_passes_is_survived(publisher: MemoryPublisher) -> None:
    handling = Handling(*[ValueError("a bug")] * (TRIES - 1))

    await consumer(publisher, handling).handle(delivered(STARTED))

    assert handling.calls == TRIES
    assert [record.topic for record in publisher.records] == ["job-inbox.v1"]


async def test_a_bug_that_stays_is_tried_thrice_and_buried_with_its_first_error(publisher: MemoryPublisher) -> None:
    handling = Handling(ValueError("the first"), *[KeyError("another")] * 9)

    await consumer(publisher, handling).handle(delivered(STARTED))

    assert handling.calls == TRIES
    (letter,) = publisher.records
    told = dict(letter.headers)
    assert (told["dlq_error"], told["dlq_message"], told["dlq_attempts"]) == (b"ValueError", b"the first", b"3")
    assert told["ce_id"] == str(STARTED.event_id).encode()


async def test_a_dependency_away_is_waited_for_however_often_and_named(publisher: MemoryPublisher) -> None:
    handling = Handling(*[DependencyAwayError("smtp")] * (TRIES + 1))

    working = asyncio.create_task(consumer(publisher, handling).handle(delivered(STARTED)))
    await asyncio.sleep(0.01)
    assert waiting_for() == ["smtp"]
    await working

    assert handling.calls == TRIES + 2
    assert [record.topic for record in publisher.records] == ["job-inbox.v1"]


async def test_waiting_does_not_use_up_tries(publisher: MemoryPublisher) -> None:
    away, bug = DependencyAwayError("cassandra"), ValueError("a bug")
    handling = Handling(away, bug, away, bug, away)

    await consumer(publisher, handling).handle(delivered(STARTED))

    assert [record.topic for record in publisher.records] == ["job-inbox.v1"]


async def test_without_kafka_a_record_is_not_done_and_its_handler_is_asked_again(publisher: MemoryPublisher) -> None:
    handling = Handling()
    publisher.away_for = 2

    await consumer(publisher, handling).handle(delivered(STARTED))

    assert handling.calls == 3
    assert len(publisher.records) == 1


async def test_a_dead_letter_that_cannot_be_written_waits(publisher: MemoryPublisher) -> None:
    publisher.away = True
    burying = asyncio.create_task(consumer(publisher, Handling()).handle(rubbish()))
    await asyncio.sleep(0.2)
    assert not burying.done()

    publisher.away = False
    await burying

    assert [record.topic for record in publisher.records] == [DEAD]


async def test_a_record_given_up_by_a_rebalance_is_neither_done_nor_buried(publisher: MemoryPublisher) -> None:
    working = asyncio.create_task(
        consumer(publisher, Handling(*[DependencyAwayError("kafka")] * 99)).handle(delivered(STARTED))
    )
    await asyncio.sleep(0.01)

    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    assert publisher.records == []


async def test_an_event_under_a_foreign_key_is_buried(publisher: MemoryPublisher) -> None:
    handling = Handling()
    delivery = delivered(STARTED)
    foreign = Delivery(delivery.topic, 3, 41, 0, str(uuid4()).encode(), delivery.value, delivery.headers)

    await consumer(publisher, handling).handle(foreign)

    assert (handling.calls, [letter.topic for letter in publisher.records]) == (0, [DEAD])


async def test_the_first_error_is_told_also_when_the_last_one_calls_the_event_invalid(
    publisher: MemoryPublisher,
) -> None:
    handling = Handling(ValueError("the first"), InvalidEventError("the last"))

    await consumer(publisher, handling).handle(delivered(STARTED))

    told = dict(publisher.records[0].headers)
    assert (told["dlq_error"], told["dlq_attempts"]) == (b"ValueError", b"2")


async def test_a_dead_letter_that_kafka_does_not_take_is_cut_to_what_it_takes(publisher: MemoryPublisher) -> None:
    class Picky(MemoryPublisher):
        async def publish_records(self, *records: Record) -> None:
            if "odd" in dict(records[0].headers):
                raise ValueError("not this header")
            await super().publish_records(*records)

    picky = Picky(source="packager")
    delivery = rubbish()
    odd = Delivery(delivery.topic, 3, 42, 0, delivery.key, delivery.value, (*delivery.headers, ("odd", b"")))

    await consumer(picky, Handling()).handle(odd)

    (letter,) = picky.records
    assert (letter.topic, letter.value, dict(letter.headers)["dlq_offset"]) == (DEAD, b"rubbish", b"42")


async def test_a_letter_that_can_be_written_in_no_form_leaves_its_record_unacknowledged() -> None:
    class Broken(MemoryPublisher):
        async def publish_records(self, *_: Record) -> None:
            raise ValueError("never")

    with pytest.raises(ValueError, match="never"):
        await consumer(Broken(), Handling()).handle(rubbish())


async def test_a_handler_that_finds_the_service_unfit_ends_it_at_once(publisher: MemoryPublisher) -> None:
    handling = Handling(ServiceUnfitError("no keys"))

    with pytest.raises(ServiceUnfitError):
        await consumer(publisher, handling).handle(delivered(STARTED))

    assert (handling.calls, publisher.records) == (1, [])


async def test_too_many_jobs_that_fail_stop_the_service_before_the_last_is_put_aside(
    publisher: MemoryPublisher,
) -> None:
    subject = Consumer("packager", {JobStarted: Handling(*[ValueError("a bug")] * 99)}, publisher, Tolerance(3))
    events = [JobStarted(job_id=uuid4()) for _ in range(3)]

    for event in events[:2]:
        await subject.handle(delivered(event))
    with pytest.raises(ServiceUnfitError) as raised:
        await subject.handle(delivered(events[2]))

    assert [letter.key for letter in publisher.records] == [str(event.job_id).encode() for event in events[:2]]
    assert raised.value.facts["topic"] == "job-lifecycle.v1"
    assert (raised.value.facts["failed_jobs"], raised.value.facts["of_the_last"]) == (3, 3)
    assert raised.value.facts["error"] == "ValueError: a bug"
    assert "roll back" in str(raised.value.facts["advice"])


async def test_after_the_service_was_stopped_and_mended_the_same_record_is_handled(publisher: MemoryPublisher) -> None:
    delivery = delivered(STARTED)
    bad = Consumer("packager", {JobStarted: Handling(*[ValueError("a bug")] * 99)}, publisher, Tolerance(1))
    with pytest.raises(ServiceUnfitError):
        await bad.handle(delivery)

    await consumer(publisher, Handling()).handle(delivery)

    assert [record.topic for record in publisher.records] == ["job-inbox.v1"]


async def test_no_flood_of_rubbish_stops_the_service(publisher: MemoryPublisher) -> None:
    subject = Consumer("packager", {JobStarted: Handling()}, publisher, Tolerance(1))
    whole = delivered(STARTED)
    flood = [
        rubbish(),
        rubbish(None),
        Delivery(whole.topic, 3, 41, 0, whole.key, (whole.value or b"")[:-9], whole.headers),
        Delivery(whole.topic, 3, 41, 0, b"another", whole.value, whole.headers),
        Delivery(whole.topic, 3, 41, 0, whole.key, whole.value, (("ce_type", b"aid.job-started.v0"),)),
        Delivery(whole.topic, 3, 41, 0, whole.key, b"x" * 100_000, whole.headers),
    ]

    for delivery in flood * 50:
        await subject.handle(delivery)

    assert [letter.topic for letter in publisher.records] == [DEAD] * 300


async def test_records_of_ours_that_have_another_shape_stop_the_service(publisher: MemoryPublisher) -> None:
    """As when one service was deployed with a shape the other does not know."""
    subject = Consumer("packager", {JobStarted: Handling()}, publisher, Tolerance(1))

    def reshaped() -> Delivery:
        whole = delivered(JobStarted(job_id=uuid4()))
        value = (whole.value or b"").replace(b'"sequence":0', b'"sequence":"none"')
        return Delivery(whole.topic, 3, 41, 0, whole.key, value, whole.headers)

    for _ in range(MISMATCHES_PER_BUG - 1):
        await subject.handle(reshaped())
    with pytest.raises(ServiceUnfitError):
        await subject.handle(reshaped())

    assert len(publisher.records) == MISMATCHES_PER_BUG - 1


async def test_a_handler_that_waits_for_what_somebody_cancels_is_a_bug_and_not_a_goodbye(
    publisher: MemoryPublisher,
) -> None:
    """Faust takes every cancellation for a rebalance, and would go on with the next record."""

    async def handler(_: JobStarted) -> Iterable[Event]:
        waited_for: asyncio.Future[Iterable[Event]] = asyncio.get_running_loop().create_future()
        waited_for.cancel()
        return await waited_for

    await consumer(publisher, handler).handle(delivered(STARTED))

    assert dict(publisher.records[0].headers)["dlq_error"] == b"RuntimeError"


async def test_log_lines_of_a_handler_say_which_record_it_was(publisher: MemoryPublisher) -> None:
    lines: list[MutableMapping[str, Any]] = []

    async def handler(_: JobStarted) -> Iterable[Event]:
        lines.append(merge_contextvars(None, "info", {"event": "something_done"}))
        return ()

    await consumer(publisher, handler).handle(delivered(STARTED))

    assert lines == [
        {
            "event": "something_done",
            "event_type": "aid.job-started.v1",
            "topic": "job-lifecycle.v1",
            "partition": 3,
            "offset": 41,
            "job_id": str(JOB_ID),
        }
    ]
    assert get_contextvars() == {}


@pytest.mark.parametrize(
    ("delivery", "handler", "records", "letters"),
    [
        (delivered(STARTED), Handling(), "handled", None),
        (delivered(JobCancelled(job_id=JOB_ID)), Handling(), "not_ours", None),
        (rubbish(), Handling(), "dead_lettered", "unreadable"),
        (delivered(STARTED), Handling(InvalidEventError("never")), "dead_lettered", "invalid"),
        (delivered(STARTED), Handling(*[ValueError("ours")] * TRIES), "dead_lettered", "bug"),
    ],
)
async def test_each_record_is_counted_by_what_became_of_it_and_each_dead_letter_by_its_cause(
    publisher: MemoryPublisher, delivery: Delivery, handler: Handling, records: str, letters: str | None
) -> None:
    growth = Growth()
    await consumer(publisher, handler).handle(delivery)

    assert growth.all_of("aid_records_total") == {f"{records} {JOB_LIFECYCLE.name}": 1}
    assert growth.all_of("aid_dead_letters_total") == ({f"{letters} {JOB_LIFECYCLE.name}": 1} if letters else {})


def test_what_has_not_happened_yet_is_counted_as_zero(publisher: MemoryPublisher) -> None:
    consumer(publisher, Handling())

    for cause in ("unreadable", "invalid", "bug"):
        assert Growth().of("aid_dead_letters_total", topic=JOB_LIFECYCLE.name, cause=cause) == 0
