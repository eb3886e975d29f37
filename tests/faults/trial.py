"""One fault test: who asks, what chance decides, and what the oracle says of it in the end."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.gathering import looking
from tests.faults.oracle import judge
from tests.faults.people import People
from tests.faults.reading import Beginning
from tests.faults.scene import Scene
from tests.faults.system import System
from tests.faults.verdict import Verdict


@dataclass
class Trial:
    """`tell` has the verdict shown after all tests."""

    fault: str
    seed: int
    system: System
    people: People
    tell: Callable[[str], None]
    long: bool
    beginning: Beginning
    began: float = field(default_factory=time.monotonic)
    recovery: float = 0.0
    """Seconds from the end of the fault to the moment when nothing was left to do."""

    @property
    def rng(self) -> random.Random:
        return self.people.rng

    async def settle(self, patience: float = 300, *, notes_kept: bool = True) -> Scene:
        """The fault is over: wait until everything is decided and handled, and look.

        `notes_kept`: nothing kept a notifier from noting what became of a mail.
        """
        over = time.monotonic()
        async with looking(self.people, self.beginning) as look:
            await look.until_settled(patience)
            self.recovery = time.monotonic() - over
            return await look.scene(notes_kept=notes_kept)

    async def records(self) -> list[Any]:
        """All that was said since this test began, in the broker's order per partition."""
        async with looking(self.people, self.beginning) as look:
            return await look.records()

    def require_survival(self, scene: Scene, **load: object) -> Verdict:
        """AssertionError when anything was lost, doubled, untrue, left or told. `load` goes into the verdict's line."""
        verdict = judge(scene)
        told = {"fault": self.fault, "seed": self.seed, "long": self.long, **load, **self._times()}
        self.tell(verdict.line(**told))
        verdict.require(**told)
        self._require_life()
        return verdict

    def _require_life(self) -> None:
        """Its twin may have covered for a process that ended by itself."""
        for instance in self.system.fleet.instances:
            assert instance.process.alive, f"a {instance.service} has ended:\n{instance.process.text()[-4000:]}"

    def _times(self) -> dict[str, float]:
        return {"seconds": round(time.monotonic() - self.began, 1), "recovery": round(self.recovery, 1)}
