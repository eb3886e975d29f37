"""One system for all fault tests of a session, and the people, the chance and the oracle of each."""

import os
import random
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.setup import set_up
from tests.faults.gathering import looking
from tests.faults.oracle import judge
from tests.faults.people import People, visitors
from tests.faults.scene import Scene
from tests.faults.system import System, running_system
from tests.faults.verdict import Verdict

SHORT = {"AID_WATCHDOG_SECONDS": "10"}
"""A worker that died is noticed sooner; the long form waits as long as an operator would."""


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--long"))


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """What the chance of a test begins with; `--seed` repeats it."""
    chosen = pytestconfig.getoption("--seed")
    return chosen if chosen is not None else random.SystemRandom().getrandbits(32)


@pytest.fixture
def rng(seed: int) -> random.Random:
    return random.Random(seed)


@pytest.fixture(scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory, long: bool) -> AsyncIterator[System]:
    folder = tmp_path_factory.mktemp("faults")
    async with running_system(folder, set_up(os.environ), chosen={} if long else SHORT) as system:
        yield system
    for part in ("kafka", "cassandra"):
        shutil.rmtree(folder / part, ignore_errors=True)


@dataclass(frozen=True)
class Trial:
    """One fault test: who asks, what chance decides, and what the oracle says of it in the end."""

    fault: str
    seed: int
    rng: random.Random
    system: System
    people: People
    began: float
    since: int

    async def settle(self, patience: float) -> Scene:
        """Wait until everything is decided and handled, and look."""
        async with looking(self.people, self.since) as look:
            await look.until_settled(patience)
            return await look.scene()

    def require_survival(self, scene: Scene, **more: object) -> Verdict:
        """Print the verdict; AssertionError when anything was lost, doubled, untrue, left or told."""
        verdict = judge(scene)
        self.system.settled.update(job.job_id for job in scene.accepted)
        verdict.require(fault=self.fault, seed=self.seed, seconds=round(time.monotonic() - self.began, 1), **more)
        return verdict


@pytest.fixture
async def trial(request: pytest.FixtureRequest, system: System, seed: int, rng: random.Random) -> AsyncIterator[Trial]:
    async with visitors() as session:
        people = People(system, session, rng)
        yield Trial(
            Path(request.path).stem.removeprefix("test_"),
            seed,
            rng,
            system,
            people,
            time.monotonic(),
            int(time.time() * 1000),
        )
