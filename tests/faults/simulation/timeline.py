"""Virtual time: what is to happen, in the order of its moments. Nothing here waits, nothing runs beside anything."""

import heapq
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Protocol

import time_machine


class Handle(Protocol):
    def cancelled(self) -> bool: ...


class Clock:
    """The clock on the wall, as `datetime.now` and `time.time` read it while the simulation runs."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def show(self, moment: float) -> None:
        self._traveller.move_to(moment)


Happening = Callable[[], None]


class Timeline:
    """`now` in seconds since 1970. Two things of one moment happen in the order in which they were planned."""

    def __init__(self, rng: Random, clock: Clock, start: float) -> None:
        self.rng = rng
        self.now = start
        self.steps = 0
        self._clock = clock
        self._planned: list[tuple[float, int, Happening]] = []
        self._order = count()
        clock.show(start)

    def at(self, moment: float, happening: Happening) -> None:
        heapq.heappush(self._planned, (max(moment, self.now), next(self._order), happening))

    def after(self, seconds: float, happening: Happening) -> None:
        self.at(self.now + seconds, happening)

    def run(self, until: float, enough: Callable[[], bool] = lambda: False) -> None:
        """Up to a moment, or until `enough` says so."""
        while self._planned and self._planned[0][0] <= until and not enough():
            self.step()
        if not enough():
            self._move(until)

    def step(self) -> None:
        moment, _, happening = heapq.heappop(self._planned)
        self._move(moment)
        self.steps += 1
        happening()

    def _move(self, moment: float) -> None:
        if moment > self.now:
            self.now = moment
            self._clock.show(moment)
