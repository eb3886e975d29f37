"""The one wrapper round every handler: decode, bind the log context, call, publish what it returns, dead-letter.

Faust acknowledges an event when its handler raises, and so loses it. Therefore nothing escapes from here:
a record is either handled, or lies in the service's dead letters, before the next one is taken.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

import structlog
from prometheus_client import Counter

from shared.cloudevents import Delivery, Record, decode
from shared.deadletters import dead_letter
from shared.errors import InvalidEventError
from shared.events import Event
from shared.topics import dead_letters
from shared.waiting import pauses, until_available

log = structlog.get_logger()

Handler = Callable[[Any], Awaitable[Iterable[Event]]]
"""One event in, events to publish out. Raises DependencyAwayError (waited for, then called again) or
InvalidEventError (dead-lettered); anything else is a bug of ours: tried TRIES times, then dead-lettered."""

TRIES = 3

RECORDS = Counter("aid_records_total", "Records taken from Kafka, by what became of them", ["topic", "outcome"])


class Publishing(Protocol):
    async def publish(self, *events: Event) -> None: ...

    async def publish_records(self, *records: Record) -> None: ...


class Consumer:
    """Handles the records of one service, each to its end."""

    def __init__(self, service: str, handlers: Mapping[type[Event], Handler], publisher: Publishing) -> None:
        self._dead_letters = dead_letters(service).name
        self._handlers = handlers
        self._publisher = publisher

    async def handle(self, delivery: Delivery) -> None:
        """Returns when the record may be acknowledged; never raises but for cancellation."""
        with structlog.contextvars.bound_contextvars(
            topic=delivery.topic, partition=delivery.partition, offset=delivery.offset
        ):
            try:
                event = decode(delivery.topic, delivery.value, delivery.headers)
            except Exception as error:  # noqa: BLE001 - whatever cannot be read is put aside, not only what we foresaw
                await self._bury(delivery, error, attempts=1)
                return
            with structlog.contextvars.bound_contextvars(job_id=str(event.job_id), event_type=event.type_name()):
                await self._work(delivery, event)

    async def _work(self, delivery: Delivery, event: Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is None:
            RECORDS.labels(delivery.topic, "not_ours").inc()
            return
        first_error: Exception | None = None
        for attempt, pause in zip(range(1, TRIES + 1), pauses(), strict=False):
            try:
                await until_available(lambda: self._call(handler, event))
            except InvalidEventError as error:
                await self._bury(delivery, error, attempts=attempt)
                return
            except Exception as error:
                log.exception("handler_failed", attempt=attempt)
                first_error = first_error or error
                await asyncio.sleep(pause)
            else:
                RECORDS.labels(delivery.topic, "handled").inc()
                return
        assert first_error is not None  # noqa: S101 - the loop ends here only through the except branch
        await self._bury(delivery, first_error, attempts=TRIES)

    async def _call(self, handler: Handler, event: Event) -> None:
        answers = await handler(event)
        await self._publisher.publish(*answers)

    async def _bury(self, delivery: Delivery, error: Exception, *, attempts: int) -> None:
        """A dead letter that cannot be written waits: the record is not acknowledged before it lies there."""
        letter = dead_letter(self._dead_letters, delivery, error, attempts=attempts)
        await until_available(lambda: self._publisher.publish_records(letter))
        RECORDS.labels(delivery.topic, "dead_lettered").inc()
        log.error("dead_lettered", cause=type(error).__name__, attempts=attempts)
