"""Cassandra stands still for longer than anybody waits for an answer, is slow, dies, and comes back."""

import asyncio

import pytest

from tests.faults.outages import frozen, killed, slowed
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults


async def test_no_job_is_lost_or_doubled_while_cassandra_comes_and_goes(trial: Trial, long: bool) -> None:
    """Frozen for more than the ten seconds a conditional write waits: its outcome is unknown, and it is done later."""
    jobs, standstill, slow = (200, 60.0, 60.0) if long else (12, 11.0, 3.0)
    asking = asyncio.ensure_future(trial.people.submit_many(jobs, over=standstill + slow))
    await asyncio.sleep(1)  # some are on their way
    async with frozen(trial.system.cassandra):
        await asyncio.sleep(standstill)
    async with slowed(trial.system.cassandra):
        await asyncio.sleep(slow)
    async with killed(trial.system.cassandra):
        pass
    await asking
    scene = await trial.settle(notes_kept=False)
    trial.require_survival(scene, standstill=standstill, slow=slow, turned_away=trial.people.turned_away)


async def test_who_stands_on_cassandra_says_that_it_is_not_ready(trial: Trial) -> None:
    async with frozen(trial.system.cassandra), asyncio.timeout(10):
        await asyncio.gather(*(each.process.until_not_ready() for each in trial.system.fleet.instances))
    await asyncio.gather(*(each.ready() for each in trial.system.fleet.instances))
