"""Any process of any service is killed at any moment, and started again a little later."""

import asyncio

import pytest

from tests.faults.instances import Instance
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults

LONGEST_REST = 5.0
"""Seconds a killed process stays away."""


async def test_no_job_is_lost_or_doubled_whatever_is_killed(trial: Trial, long: bool) -> None:
    jobs, kills = (200, 100) if long else (12, 6)
    submitting = asyncio.ensure_future(trial.people.submit_many(jobs, over=kills * 0.7 if long else 4))
    await kill_at_random(trial, kills)
    await submitting
    scene = await trial.settle(notes_kept=False)
    trial.require_survival(scene, kills=kills, images=20)


async def kill_at_random(trial: Trial, kills: int) -> None:
    """One after the other, but several may be away at once."""
    reviving: list[asyncio.Task[None]] = []
    away: set[Instance] = set()
    try:
        for _ in range(kills):
            victim = trial.rng.choice(await enough_living(trial, away))
            away.add(victim)
            assert victim.process.alive, f"a {victim.service} ended by itself:\n{victim.process.text()[-4000:]}"
            await victim.kill()
            reviving.append(asyncio.create_task(revive(victim, trial.rng.uniform(0, LONGEST_REST), away)))
            await asyncio.sleep(trial.rng.uniform(0, 1.5))
    finally:
        # Also when one of them fails: none may be started after the end of the test.
        failures = [each for each in await asyncio.gather(*reviving, return_exceptions=True) if each is not None]
    if failures:
        raise failures[0]


async def enough_living(trial: Trial, away: set[Instance]) -> list[Instance]:
    """Those that live, once they are half of all again."""
    instances = trial.system.fleet.instances
    async with asyncio.timeout(120):
        while 2 * len(away) > len(instances):
            await asyncio.sleep(0.05)
    return [each for each in instances if each not in away]


async def revive(instance: Instance, rest: float, away: set[Instance]) -> None:
    await asyncio.sleep(rest)
    await instance.start()
    await instance.ready()
    away.discard(instance)
