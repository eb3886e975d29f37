"""Watching over a consumer from outside: when its lag does not move, `/livez` says so, and in the end the process ends.

Faust may stop consuming, or never begin, while everything looks well: after a broker's outage, a rebalance, or when an
agent has died. Only a restart helps then, and not every supervisor asks `/livez`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog
from aiokafka import TopicPartition
from prometheus_client import Gauge

from shared.errors import DependencyAwayError, ServiceUnfitError
from shared.movement import Lag, Lags, Movement, name_of
from shared.waiting import waits_at

log = structlog.get_logger()

LOOK_SECONDS = 5.0
DEAD_SECONDS = 120.0
END_SECONDS = 300.0

LAG = Gauge(
    "aid_consumer_lag_records",
    "Records that wait for this process to acknowledge them; of all partitions while it owns none",
    ["topic", "partition"],
)
STILL = Gauge("aid_consumer_still_seconds", "How long the partition that has stood still longest has done so")

Places = Callable[[], Iterable[TopicPartition]]
Nudge = Callable[[TopicPartition], Awaitable[None]]


class Watch:
    """Over the places that this process has to move. `nudge` has one fetched again that does not deliver."""

    def __init__(self, lags: Lags, places: Places, nudge: Nudge, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._lags = lags
        self._places = places
        self._nudge = nudge
        self._look_seconds = look_seconds
        self._movement = Movement()
        self._nothing_before: dict[TopicPartition, int] = {}

    def stalled(self) -> dict[str, float]:
        """The partitions whose lag does not move, with the seconds; empty while all is well."""
        return self._movement.stalled(DEAD_SECONDS)

    async def run(self, end_seconds: float = END_SECONDS) -> None:
        """Until cancelled. ServiceUnfitError when nothing has moved for that long."""
        while not self._movement.stalled(end_seconds):
            await asyncio.sleep(self._look_seconds)
            await self._look()
        raise ServiceUnfitError(
            "the consumer does not move",
            stalled=self._movement.stalled(end_seconds),
            advice="start it again: it goes on where it stood",
        )

    async def _look(self) -> None:
        try:
            lags = await self._lags_now()
        except DependencyAwayError as away:
            log.info("lag_unknown", detail=str(away))
            lags = {}
        named = {name_of(place): lag for place, lag in lags.items()}
        self._movement.observe(named, seconds=self._look_seconds, excused=waits_at)
        _tell(lags)
        STILL.set(max(self._movement.stalled(0).values(), default=0))

    async def _lags_now(self) -> dict[TopicPartition, Lag]:
        lags = await self._lags.of(self._places())
        return {place: await self._truly(place, lag) for place, lag in lags.items()}

    async def _truly(self, place: TopicPartition, lag: Lag) -> Lag:
        """Without what no consumer will ever be given."""
        if self._nothing_before.get(place) == lag.end:
            return Lag(lag.end, lag.end)
        if not self._movement.stands(name_of(place), lag):
            return lag
        if await self._lags.first_at(place, lag.acknowledged) is None:
            self._nothing_before[place] = lag.end
            return Lag(lag.end, lag.end)
        if not waits_at(name_of(place)):
            await self._nudge(place)
        return lag


def _tell(lags: Mapping[TopicPartition, Lag]) -> None:
    """Of what is no longer ours, or not known, nothing is told."""
    LAG.clear()
    for place, lag in lags.items():
        LAG.labels(place.topic, str(place.partition)).set(lag.end - lag.acknowledged)
