"""Each guard is needed: taken out, some schedule goes wrong, and with it the same schedule does not."""

import pytest

from tests.faults.simulation.mutations import MUTATIONS, Mutation
from tests.faults.simulation.quietly import quietly
from tests.faults.simulation.simulate import simulate

MOST = 400
"""Schedules within which a missing guard must show."""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.guard)
def test_without_it_a_schedule_goes_wrong(mutation: Mutation) -> None:
    seed = first_to_go_wrong(mutation)

    assert seed is not None, f"{MOST} schedules and nobody missed it"
    with quietly():
        assert not simulate(mutation.schedule(seed)).findings


def first_to_go_wrong(mutation: Mutation) -> int | None:
    """In the way that is expected of it: a mutant that merely breaks tells nothing of the guard."""
    with pytest.MonkeyPatch.context() as patch, quietly():
        for place, name, without in mutation.parts:
            patch.setattr(place, name, without)
        return next((seed for seed in range(MOST) if shows(mutation, seed)), None)


def shows(mutation: Mutation, seed: int) -> bool:
    return any(mutation.shows in finding.text for finding in simulate(mutation.schedule(seed)).findings)
