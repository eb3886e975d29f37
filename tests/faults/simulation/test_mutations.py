"""Each guard of the protocol is needed: without it some schedule ends badly, and the oracle notices."""

import pytest

from tests.faults.simulation.mutations import MUTATIONS, Mutation
from tests.faults.simulation.simulate import simulate

pytestmark = pytest.mark.faults

MOST_SCHEDULES = 60


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.guard)
def test_a_guard_taken_out_is_noticed(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        for place, name, instead in mutation.parts:
            patched.setattr(place, name, instead)
        assert any(simulate(mutation.schedule(seed)).findings for seed in range(MOST_SCHEDULES))
