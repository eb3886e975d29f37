"""Thousands of schedules, somebody dying in each of them, and no promise broken in any.

`--seed N` runs the schedule of that seed alone; with `--long`, ten thousand from there on.
`python -m tests.faults.simulation N` tells what happens in it.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.faults.conftest import VERDICT
from tests.faults.simulation.drawing import draw
from tests.faults.simulation.many import outcome_of, tally

FEW, MANY = 200, 10_000
SAID = 10


@pytest.fixture
def seeds(pytestconfig: pytest.Config, long: bool) -> range:
    """The short form takes the same ones every time; the long form goes where nobody has been."""
    chosen = pytestconfig.getoption("--seed")
    if chosen is not None:
        return range(chosen, chosen + (MANY if long else 1))
    first = random.SystemRandom().getrandbits(32) if long else 0
    return range(first, first + (MANY if long else FEW))


def test_no_schedule_breaks_a_promise(seeds: range, long: bool, record_property: Callable[[str, object], None]) -> None:
    total = tally(seeds, side_by_side=long)

    told = {"fault": "simulation", "seed": seeds.start, "long": long, **total.load}
    record_property(VERDICT, total.verdict.line(**told))
    assert not total.findings, f"--seed {total.broken[0]} repeats the first\n{total.said(SAID)}"
    assert not total.immortal
    total.verdict.require(**told)


def test_a_schedule_runs_the_same_every_time() -> None:
    runs = [outcome_of(seed) for seed in (3, 3, 4)]

    assert runs[0].fingerprint == runs[1].fingerprint != runs[2].fingerprint
    assert runs[0].steps == runs[1].steps > 0


def test_a_schedule_runs_the_same_in_every_process() -> None:
    """Whatever order that process gives to the members of a set."""
    tell = "import json; from tests.faults.simulation.many import outcome_of; print(json.dumps(%s))"
    told = [
        subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-c", tell % "[outcome_of(seed).fingerprint for seed in range(6)]"],
            env={**os.environ, "PYTHONHASHSEED": order},
            capture_output=True,
            check=True,
        ).stdout
        for order in ("1", "2")
    ]

    assert json.loads(told[0]) == json.loads(told[1])


def test_a_seed_draws_one_schedule() -> None:
    assert draw(5) == draw(5) != draw(6)
