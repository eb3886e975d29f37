"""The Faust app of one service, with what it takes to leave out no record, and to give up before one is lost."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import faust
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError
from faust.types import TP

from shared.authorities import trusting
from shared.continuity import Continuity
from shared.kafkaaccess import SCRAM, KafkaAccess
from shared.movement import Lags

SEEK_SECONDS = 10.0


class StreamApp(faust.App):
    """`given_up` holds what makes going on wrong, once something does."""

    logger = logging.getLogger("faust.app")

    def __init__(self, *args: Any, kafka: KafkaAccess, **settings: Any) -> None:
        brokers = [f"kafka://{broker}" for broker in kafka.brokers]
        super().__init__(*args, broker=brokers, broker_credentials=_credentials(kafka), **settings)
        self.kafka = kafka
        self.given_up: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._in_hand: set[TP] = set()
        self._unfinished: dict[TP, tuple[int, int]] = {}
        self._continuity: Continuity | None = None

    def _create_directories(self) -> None:
        """For tables, of which we have none."""

    def follow(self, lags: Lags) -> None:
        """Let nothing be left out from now on. To be called before the app starts."""
        self._continuity = Continuity(lags, self._go_back)
        self.on_partitions_assigned.connect(self._own, weak=False)

    async def in_turn(self, message: Any) -> bool:
        """Whether the record may be handled now; if not it comes again, and is not to be acknowledged."""
        return self._continuity is None or await self._continuity.in_turn(_place(message.tp), message.offset)

    async def fetch_again(self, place: TopicPartition) -> None:
        """For a place that has records and delivers none; one whose record is in hand delivers it already."""
        if self._continuity is not None and TP(*place) not in self._in_hand:
            await self._continuity.fetch_again(place)

    def give_up(self, reason: Exception) -> None:
        """The first reason counts."""
        if not self.given_up.done():
            self.given_up.set_result(reason)

    def look_back(self, message: Any) -> None:
        """Refuse to go on when the record before this one was let go unfinished: its agent has died.

        A rebalance may cancel a handler too, but that begins a new generation, and the record comes again.
        """
        generation, offset = self._unfinished.get(message.tp, (-1, -1))
        if generation == message.generation_id and offset < message.offset:
            raise RuntimeError(f"the handler of {message.topic}-{message.partition} died at {offset}")

    def take_up(self, message: Any) -> None:
        """The record is in hand from now on."""
        self._in_hand.add(message.tp)
        self._unfinished[message.tp] = message.generation_id, message.offset

    def finish(self, message: Any) -> None:
        """The record is done."""
        if self._continuity is not None:
            self._continuity.done(_place(message.tp), message.offset)
        if self._unfinished.get(message.tp) == (message.generation_id, message.offset):
            del self._unfinished[message.tp]

    def let_go(self, message: Any) -> None:
        """Nobody works on it any more, done or not."""
        self._in_hand.discard(message.tp)

    async def _go_back(self, place: TopicPartition, offset: int) -> None:
        # A place that is somebody else's by now cannot be sought in, and need not be.
        with suppress(IllegalStateError, TimeoutError):
            async with asyncio.timeout(SEEK_SECONDS):
                await self.consumer.seek_wait({TP(*place): offset})

    async def _own(self, _app: Any, /, *arguments: Any, **_: Any) -> None:
        """Faust tells the full set of partitions at every rebalance."""
        assigned: set[TP] = arguments[0]
        if self._continuity is not None:
            self._continuity.own(map(_place, assigned))


def _credentials(kafka: KafkaAccess) -> faust.SASLCredentials | faust.SSLCredentials | None:
    """Faust has its own words for what its client takes."""
    tls = trusting(kafka.authority) if kafka.authority else None
    if kafka.user:
        return faust.SASLCredentials(username=kafka.user, password=kafka.password, ssl_context=tls, mechanism=SCRAM)
    return faust.SSLCredentials(tls) if tls else None


def _place(tp: TP) -> TopicPartition:
    return TopicPartition(tp.topic, tp.partition)
