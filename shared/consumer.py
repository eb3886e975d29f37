"""The one wrapper round every handler: decode, bind the log context, call, publish what it returns, dead-letter.

Faust acknowledges an event when its handler raises, and so loses it. Therefore a record leaves here only when it is
handled or lies in the service's dead letters; whatever else happens ends the process, the record unacknowledged.

What a handler raises is told apart by what follows from it:

* temporary, DependencyAwayError: waited for without limit, with jitter, and said so; then the handler is called again
* invalid, InvalidEventError: dead letter, at once
* hopeless, ServiceUnfitError: the process ends
* anything else is a bug of ours: tried TRIES times in place, then dead letter; too many of these are hopeless
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from prometheus_client import Counter

from shared.cloudevents import Delivery, Record, event_in, says_it_is_ours
from shared.deadletters import Failure, cut_letter, dead_letter
from shared.errors import InvalidEventError, ServiceUnfitError, brief
from shared.events import Event
from shared.tolerance import Exceeded, Tolerance
from shared.waiting import pauses, until_available

log = structlog.get_logger()

Handler = Callable[[Any], Awaitable[Iterable[Event]]]
"""One event in, events to publish out."""

TRIES = 3

RECORDS = Counter("aid_records_total", "Records taken from Kafka, by what became of them", ["topic", "outcome"])
LETTERS = Counter("aid_dead_letters_total", "Records put aside as dead letters, by cause", ["topic", "cause"])
OUTCOMES = ("handled", "not_ours", "dead_lettered")
CAUSES = ("unreadable", "invalid", "bug")

ADVICE = (
    "this looks like a bad deploy, of this service or of one that writes to it: roll back or mend it and start again, "
    "the record is not acknowledged; what was put aside before comes back with python -m shared.dlq replay; "
    "AID_FAILURE_LIMIT=0 puts everything aside instead"
)


class Publishing(Protocol):
    async def publish(self, *events: Event) -> None: ...

    async def publish_records(self, *records: Record) -> None: ...


class Consumer:
    """Handles the records of one service, each to its end. Consumers of one process share their tolerance."""

    def __init__(
        self,
        service: str,
        handlers: Mapping[type[Event], Handler],
        publisher: Publishing,
        tolerance: Tolerance | None = None,
    ) -> None:
        self._service = service
        self._handlers = handlers
        self._publisher = publisher
        self._tolerance = tolerance or Tolerance()
        _count_from_zero({event.topic.name for event in handlers})

    async def handle(self, delivery: Delivery) -> None:
        """Return when the record may be acknowledged; raise when it must not be, and the process must end."""
        with structlog.contextvars.bound_contextvars(
            topic=delivery.topic, partition=delivery.partition, offset=delivery.offset
        ):
            try:
                event = event_in(delivery)
            except Exception as error:  # noqa: BLE001 - whatever cannot be read is put aside, not only what we foresaw
                await self._refuse(delivery, error)
                return
            with structlog.contextvars.bound_contextvars(job_id=str(event.job_id), event_type=event.type_name()):
                await self._work(delivery, event)

    async def _work(self, delivery: Delivery, event: Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is None:
            RECORDS.labels(delivery.topic, "not_ours").inc()
            return
        failure = await self._failure(handler, event)
        if failure is None:
            self._tolerance.success(event.type_name(), str(event.job_id))
            RECORDS.labels(delivery.topic, "handled").inc()
            return
        self._stop_if(self._tolerance.bug(event.type_name(), str(event.job_id)), delivery, failure.error)
        await self._bury(delivery, failure, "invalid" if isinstance(failure.error, InvalidEventError) else "bug")

    async def _failure(self, handler: Handler, event: Event) -> Failure | None:
        """What came of the bounded tries: None once one of them succeeds."""
        failure: Failure | None = None
        for attempt, pause in zip(range(1, TRIES + 1), pauses(), strict=False):
            if failure is not None:
                await asyncio.sleep(pause)
            try:
                await until_available(lambda: self._call(handler, event))
            except ServiceUnfitError:
                raise
            except Exception as error:
                log.exception("handler_failed", attempt=attempt)
                first, at = (failure.error, failure.first_at) if failure else (error, datetime.now(UTC))
                failure = Failure(first, at, attempt)
                if isinstance(error, InvalidEventError):
                    break
            else:
                return None
        return failure

    async def _call(self, handler: Handler, event: Event) -> None:
        try:
            answers = await handler(event)
            await self._publisher.publish(*answers)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            raise RuntimeError("something the handler waited for was cancelled") from None

    async def _refuse(self, delivery: Delivery, error: Exception) -> None:
        """Put aside what is no event; one that looks like ours counts as a sign of a bad deploy."""
        ours = says_it_is_ours(delivery)
        if ours is not None:
            self._stop_if(self._tolerance.mismatch(*ours), delivery, error)
        await self._bury(delivery, Failure(error, datetime.now(UTC), attempts=1), "unreadable")

    def _stop_if(self, exceeded: Exceeded | None, delivery: Delivery, error: Exception) -> None:
        if exceeded is None:
            return
        raise ServiceUnfitError(
            "too many jobs fail here",
            topic=delivery.topic,
            partition=delivery.partition,
            offset=delivery.offset,
            failed_jobs=exceeded.failed,
            of_the_last=exceeded.seen,
            error=brief(error),
            advice=ADVICE,
        ) from error

    async def _bury(self, delivery: Delivery, failure: Failure, cause: str) -> None:
        """A dead letter that cannot be written waits: the record is not acknowledged before it lies there."""
        try:
            await self._put_aside(dead_letter(self._service, delivery, failure))
        except Exception:
            # Whatever it is that Kafka does not take in it: a cut one holds only what we have written.
            log.exception("dead_letter_cut")
            await self._put_aside(cut_letter(self._service, delivery, failure))
        RECORDS.labels(delivery.topic, "dead_lettered").inc()
        LETTERS.labels(delivery.topic, cause).inc()
        log.error("dead_lettered", cause=type(failure.error).__name__, attempts=failure.attempts)

    async def _put_aside(self, letter: Record) -> None:
        await until_available(lambda: self._publisher.publish_records(letter))


def _count_from_zero(topics: Iterable[str]) -> None:
    """A counter that begins with its first event has no rate then, and wakes nobody."""
    for topic in topics:
        for outcome in OUTCOMES:
            RECORDS.labels(topic, outcome)
        for cause in CAUSES:
            LETTERS.labels(topic, cause)


def _is_cancelled() -> bool:
    """Whether it is this task that is being cancelled, by a rebalance or the end of the process."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
