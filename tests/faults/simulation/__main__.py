"""`python -m tests.faults.simulation 130`: one schedule, what happened in it, and what was wrong in the end."""

import sys

from tests.faults.simulation.chronicle import chronicle
from tests.faults.simulation.drawing import draw
from tests.faults.simulation.quietly import quietly
from tests.faults.simulation.simulate import play
from tests.faults.simulation.world import a_world

if __name__ == "__main__":
    schedule = draw(int(sys.argv[1]))
    with quietly(), a_world(schedule) as world:
        outcome = play(world)
        print(schedule, *chronicle(world), *outcome.findings, sep="\n")  # noqa: T201 - a command for a person
