"""No record is left out: in each partition it is known which one comes next, and a later one waits for it.

Faust loses records it has fetched already when a rebalance comes in between: it goes back to what the group has
committed, and when that is nothing yet, or offset 0, it does not go back at all (measured: a broker killed under two
members). Once a later record is acknowledged, the lost one is behind the committed offset for ever.
"""

import time
from collections.abc import Awaitable, Callable, Iterable

import structlog
from aiokafka import TopicPartition

from shared.movement import Lags
from shared.waiting import until_available

log = structlog.get_logger()

AGAIN_SECONDS = 5.0
"""So long a place is given to deliver what it was sent back for."""


class Continuity:
    """`go_back` has a place deliver from an offset on, once more."""

    def __init__(self, lags: Lags, go_back: Callable[[TopicPartition, int], Awaitable[None]]) -> None:
        self._lags = lags
        self._go_back = go_back
        self._next: dict[TopicPartition, int] = {}
        self._agreed: set[TopicPartition] = set()
        self._sent_back: dict[TopicPartition, tuple[int, float]] = {}

    def own(self, places: Iterable[TopicPartition]) -> None:
        """Exactly these from now on, each from where the group has committed, or further where it stays ours.

        A process that slept finds the same places its own, and that somebody else has gone on there meanwhile.
        """
        owned = set(places)
        self._next = {place: offset for place, offset in self._next.items() if place in owned}
        self._agreed.clear()

    async def in_turn(self, place: TopicPartition, offset: int) -> bool:
        """Whether this record may be handled now. If not it is not to be acknowledged: it comes again, in its turn."""
        expected = await self._expected(place)
        if offset <= expected:
            return True
        if self._just_sent_back(place, expected):
            return False
        first = await until_available(lambda: self._lags.first_at(place, expected))
        if first is None or first >= offset:
            return True  # there are no records in between: offsets are also taken by the marks of transactions
        await self._send_back(place, expected)
        return False

    def done(self, place: TopicPartition, offset: int) -> None:
        """The record is handled to its end."""
        self._next[place] = max(offset + 1, self._next.get(place, 0))

    async def fetch_again(self, place: TopicPartition) -> None:
        """For a place that has records and delivers none."""
        await self._send_back(place, await self._expected(place))

    async def _expected(self, place: TopicPartition) -> int:
        if place not in self._agreed:
            lags = await until_available(lambda: self._lags.of([place]))
            self._next[place] = max(lags[place].acknowledged, self._next.get(place, 0))
            self._agreed.add(place)
        return self._next[place]

    def _just_sent_back(self, place: TopicPartition, expected: int) -> bool:
        to, at = self._sent_back.get(place, (-1, 0.0))
        return to == expected and time.monotonic() - at < AGAIN_SECONDS

    async def _send_back(self, place: TopicPartition, offset: int) -> None:
        self._sent_back[place] = offset, time.monotonic()
        log.warning("records_skipped", topic=place.topic, partition=place.partition, going_back_to=offset)
        await self._go_back(place, offset)
