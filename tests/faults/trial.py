"""One fault test: who asks, what chance decides, and what the oracle says of it in the end."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.gathering import looking
from tests.faults.oracle import judge
from tests.faults.people import People
from tests.faults.scene import Scene
from tests.faults.system import System
from tests.faults.verdict import Verdict


@dataclass
class Trial:
    """`tell` has the verdict shown after all tests. `since`: its first moment, in milliseconds since 1970."""

    fault: str
    seed: int
    system: System
    people: People
    tell: Callable[[str], None]
    long: bool
    since: int = field(default_factory=lambda: int(time.time() * 1000))
    began: float = field(default_factory=time.monotonic)
    recovery: float = 0.0
    """Seconds from the end of the fault to the moment when nothing was left to do."""

    @property
    def rng(self) -> random.Random:
        return self.people.rng

    async def settle(self, patience: float = 300) -> Scene:
        """The fault is over: wait until everything is decided and handled, and look."""
        over = time.monotonic()
        async with looking(self.people, self.since) as look:
            await look.until_settled(patience)
            self.recovery = time.monotonic() - over
            return await look.scene()

    async def records(self) -> list[Any]:
        """All that was said since this test began, in the broker's order per partition."""
        async with looking(self.people, self.since) as look:
            return await look.records()

    def require_survival(self, scene: Scene, **load: object) -> Verdict:
        """AssertionError when anything was lost, doubled, untrue, left or told. `load` goes into the verdict's line."""
        verdict = judge(scene)
        told = {"fault": self.fault, "seed": self.seed, "long": self.long, **load, **self._times()}
        self.tell(verdict.line(**told))
        verdict.require(**told)
        return verdict

    def _times(self) -> dict[str, float]:
        return {"seconds": round(time.monotonic() - self.began, 1), "recovery": round(self.recovery, 1)}
