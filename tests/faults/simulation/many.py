"""Many schedules, one after the other or on all cores, and what came of them together."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.faults.simulation.drawing import draw
from tests.faults.simulation.quietly import quietly
from tests.faults.simulation.simulate import Outcome, simulate
from tests.faults.verdict import Finding, Verdict

AT_A_TIME = 50


@dataclass
class Tally:
    """`broken` are the seeds whose schedules showed something; `immortal` counts those in which nobody died."""

    schedules: int = 0
    deaths: int = 0
    immortal: int = 0
    accepted: int = 0
    may_not_complete: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.schedules += 1
        self.deaths += outcome.deaths
        self.immortal += not outcome.deaths
        self.accepted += outcome.settled.accepted
        self.may_not_complete += outcome.settled.may_not_complete
        self.endings.update(outcome.settled.endings)
        self.findings += outcome.findings
        self.broken += [outcome.schedule.seed] if outcome.findings else []

    @property
    def load(self) -> dict[str, int]:
        return {"schedules": self.schedules, "deaths": self.deaths}

    def said(self, most: int) -> str:
        """What was found, and in which schedules."""
        return "\n".join([*map(str, self.findings[:most]), f"in the schedules {self.broken[:most]}"])

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.accepted, self.endings, self.findings, self.may_not_complete)


def tally(seeds: Iterable[int], *, side_by_side: bool) -> Tally:
    """All of them, whatever the first of them shows."""
    total = Tally()
    for outcome in _outcomes_of_all_cores(seeds) if side_by_side else map(outcome_of, seeds):
        total.add(outcome)
    return total


def outcome_of(seed: int) -> Outcome:
    with quietly():
        return simulate(draw(seed))


def _outcomes_of_all_cores(seeds: Iterable[int]) -> Iterator[Outcome]:
    """Fresh processes: a copy of this one would have copies of its threads' locks."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as cores:
        yield from cores.map(outcome_of, seeds, chunksize=AT_A_TIME)
