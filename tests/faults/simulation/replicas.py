"""Where services run: a process that dies is started again in its place, as a supervisor would."""

from dataclasses import dataclass, field

from tests.faults.simulation.process import Process
from tests.faults.simulation.services import SERVICES
from tests.faults.simulation.surroundings import Surroundings

LONGEST_RESTART = 5.0


@dataclass
class Fuses:
    """Of one service: after so many writes, whoever makes the last of them dies; then the next fuse is lit."""

    writes: list[int] = field(default_factory=list)

    def burn(self) -> bool:
        """One write more: whether it is the last."""
        if not self.writes:
            return False
        self.writes[0] -= 1
        burnt = self.writes[0] <= 0
        if burnt:
            self.writes.pop(0)
        return burnt


@dataclass
class Replica:
    """One place of a service. `past` holds every process that ran here, the present one last.

    `absence`: seconds until one that died is started again; by default a few.
    """

    service: str
    around: Surroundings
    fuses: Fuses
    skew: float = 0.0
    absence: float | None = None
    past: list[Process] = field(default_factory=list)

    @property
    def process(self) -> Process | None:
        return self.past[-1] if self.past else None

    def start(self) -> None:
        process = Process(self.service, self.around.timeline, burns=self.fuses.burn, skew=self.skew)
        process.on_death.append(self._after)
        self.past.append(process)
        main = SERVICES.get(self.service)
        if main is not None:
            process.start(lambda process: main(process, self.around))

    def _after(self) -> None:
        timeline = self.around.timeline
        usual = timeline.rng.uniform(0, LONGEST_RESTART)
        timeline.after(usual if self.absence is None else self.absence, self.start)
