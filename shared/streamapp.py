"""The Faust app of one service, with what it takes to give up before an event is lost."""

import asyncio
from typing import Any

import faust
from faust.types import TP


class StreamApp(faust.App):
    """`given_up` holds what makes going on wrong, once something does."""

    def __init__(self, *args: Any, kafka_url: str, **settings: Any) -> None:
        brokers = [f"kafka://{host}" for host in kafka_url.split(",")]
        super().__init__(*args, broker=brokers, **settings)
        self.kafka_url = kafka_url
        self.given_up: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._in_hand: dict[TP, tuple[int, int]] = {}

    def give_up(self, reason: Exception) -> None:
        """The first reason counts."""
        if not self.given_up.done():
            self.given_up.set_result(reason)

    def take_up(self, message: Any) -> None:
        """Refuse the record when the one before it was let go unfinished: Faust would commit past that.

        A rebalance may cancel a handler, and then the record comes again; whatever else does, loses it.
        """
        generation, offset = self._in_hand.get(message.tp, (-1, -1))
        if generation == message.generation_id and offset < message.offset:
            raise RuntimeError(f"the handler of {message.topic}-{message.partition} died at {offset}")
        self._in_hand[message.tp] = message.generation_id, message.offset

    def put_down(self, message: Any) -> None:
        """The record is done."""
        if self._in_hand.get(message.tp) == (message.generation_id, message.offset):
            del self._in_hand[message.tp]
