"""Whether a group's partitions move: lag that stays where it is, while nothing is waited for, is death. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from aiokafka import TopicPartition


@dataclass(frozen=True)
class Lag:
    """Offsets: of the first record nobody has acknowledged, and of the next one to come."""

    acknowledged: int
    end: int

    @property
    def behind(self) -> bool:
        return self.acknowledged < self.end


def name_of(place: TopicPartition) -> str:
    """As health and logs say it."""
    return f"{place.topic}-{place.partition}"


class Lags(Protocol):
    """Whoever can tell; DependencyAwayError when that takes too long."""

    async def of(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, Lag]: ...

    async def first_at(self, place: TopicPartition, offset: int) -> int | None:
        """The offset of the first record there or behind; None when there is none."""


class Movement:
    """How long each place has stood still, in seconds under observation: a suspended process ages none."""

    def __init__(self) -> None:
        self._lags: Mapping[str, Lag] = {}
        self._still: dict[str, float] = {}

    def observe(self, lags: Mapping[str, Lag], *, seconds: float, excused: Callable[[str], bool]) -> None:
        """`seconds` since the last time; `excused` is the place that waits for something it can name."""
        self._still = {
            place: self._still.get(place, 0.0) + seconds if not excused(place) and self.stands(place, lag) else 0.0
            for place, lag in lags.items()
        }
        self._lags = lags

    def stalled(self, seconds: float) -> dict[str, float]:
        """The places that have stood still for that long or longer."""
        return {place: still for place, still in self._still.items() if still >= seconds}

    def stands(self, place: str, lag: Lag) -> bool:
        """Whether it is behind, and was so at the same record when last observed."""
        before = self._lags.get(place)
        return before is not None and before.behind and lag.behind and before.acknowledged == lag.acknowledged
