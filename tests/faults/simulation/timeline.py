"""Virtual time: what is to happen, in the order of its moments. Nothing here waits, nothing runs beside anything."""

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count
from random import Random

import time_machine

BEGINNING = 1_800_000_000.0
"""In January 2027."""


class Clock:
    """The clock on the wall, as `datetime.now` and `time.time` read it while the simulation runs."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self._shown = 0.0

    def show(self, moment: float) -> None:
        if moment != self._shown:
            self._shown = moment
            self._traveller.move_to(moment)


Happening = Callable[[], None]


class Timeline:
    """`now` in seconds since the beginning. Things of one moment happen in the order in which they were planned."""

    def __init__(self, rng: Random, clock: Clock) -> None:
        self.rng = rng
        self.now = 0.0
        self.steps = 0
        self._clock = clock
        self._planned: list[tuple[float, int, Happening]] = []
        self._at_once: deque[Happening] = deque()
        self._order = count()
        clock.show(BEGINNING)

    @property
    def wall(self) -> float:
        """Seconds since 1970."""
        return BEGINNING + self.now

    def at(self, moment: float, happening: Happening) -> None:
        heapq.heappush(self._planned, (max(moment, self.now), next(self._order), happening))

    def at_once(self, happening: Happening) -> None:
        """At this very moment, as soon as what happens now is over."""
        self._at_once.append(happening)

    def after(self, seconds: float, happening: Happening) -> None:
        self.at(self.now + seconds, happening)

    def run(self, until: float) -> None:
        self._finish()
        while self._planned and self._planned[0][0] <= until:
            self.now, _, happening = heapq.heappop(self._planned)
            self.steps += 1
            happening()
            self._finish()
        self.now = until
        self.show_time()

    def show_time(self, skew: float = 0.0) -> None:
        """To whoever looks at a clock from here on."""
        self._clock.show(self.wall + skew)

    def _finish(self) -> None:
        while self._at_once:
            self._at_once.popleft()()
