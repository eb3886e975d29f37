"""Any process of any service is killed at any moment, and started again a little later."""

import asyncio

import pytest

from tests.faults.instances import Instance
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults

LONGEST_REST = 5.0
"""Seconds a killed process stays away."""


async def test_no_job_is_lost_or_doubled_whatever_is_killed(trial: Trial, long: bool) -> None:
    jobs, kills = (200, 100) if long else (16, 8)
    submitting = asyncio.ensure_future(trial.people.submit_many(jobs, over=kills * 0.7 if long else 4))
    await kill_at_random(trial, kills)
    await submitting
    scene = await trial.settle()
    trial.require_survival(scene, kills=kills, images=20)


async def kill_at_random(trial: Trial, kills: int) -> None:
    """One after the other, but several may be away at once."""
    reviving: list[asyncio.Task[None]] = []
    away: set[Instance] = set()
    try:
        for _ in range(kills):
            victim = trial.rng.choice([each for each in trial.system.fleet.instances if each not in away])
            await victim.kill()
            away.add(victim)
            reviving.append(asyncio.create_task(revive(victim, trial.rng.uniform(0, LONGEST_REST), away)))
            await asyncio.sleep(trial.rng.uniform(0, 1.5))
    finally:
        # Also when one of them fails: none may be started after the end of the test.
        failures = [each for each in await asyncio.gather(*reviving, return_exceptions=True) if each is not None]
    if failures:
        raise failures[0]


async def revive(instance: Instance, rest: float, away: set[Instance]) -> None:
    await asyncio.sleep(rest)
    await instance.start()
    await instance.ready()
    away.discard(instance)
