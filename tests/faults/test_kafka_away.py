"""The broker dies, comes back, stands still: meanwhile people go on asking."""

import asyncio

import pytest

from tests.faults.outages import frozen, killed
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults


async def test_no_job_is_lost_or_doubled_while_kafka_comes_and_goes(trial: Trial, long: bool) -> None:
    jobs, restarts, outage = (200, 10, 30.0) if long else (12, 1, 4.0)
    asking = asyncio.ensure_future(trial.people.submit_many(jobs, over=restarts * 10 + 2 * outage if long else 8))
    for _ in range(restarts):
        async with killed(trial.system.kafka):
            await asyncio.sleep(trial.rng.uniform(0, 2))
        await asyncio.sleep(trial.rng.uniform(0, 2))
    async with frozen(trial.system.kafka):
        await asyncio.sleep(outage)
    await asking
    scene = await trial.settle()
    trial.require_survival(scene, restarts=restarts, frozen=outage, turned_away=trial.people.turned_away)
