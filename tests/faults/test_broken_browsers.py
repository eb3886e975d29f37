"""Browsers and their drivers are killed and stand still; pages say nothing, or ask for consent first."""

import asyncio
import signal
from collections import Counter

import pytest

from shared.errors import Reason
from tests.faults.browsers import Footprints, browsers_of, drivers_of, hit, watched
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults

QUERIES = ("otters slow:300", "otters slow:300 gate:consent", "otters slow:100 results:37")
EMPTY = "otters empty:true"
"""A page without results that does not say so: for whoever reads it something is wrong, and no other run reads more."""

UNREADABLE = frozenset({Reason.PAGE_CHANGED})

SPARE_DESCRIPTORS = 6
"""Connections come and go. What every broken browser left behind would soon be more."""


async def test_no_job_is_lost_whatever_happens_to_its_browser(trial: Trial, long: bool) -> None:
    jobs, blows = (50, 60) if long else (6, 6)
    scrapers = trial.system.fleet.of("scraper")
    async with watched(scrapers) as footprints:
        before = footprints.descriptors()
        struck = Counter(STOP=sum(hit(browsers_of(scraper), signal.SIGSTOP) for scraper in scrapers))
        asking = asyncio.ensure_future(ask(trial, jobs))
        for _ in range(blows):
            await asyncio.sleep(trial.rng.uniform(0, 6 if long else 1.5))
            struck.update(strike(trial, hang=long))
        await asking

        scene = await trial.settle(patience=900 if long else 120)
        assert min(struck["STOP"], struck["KILL"]) >= len(scrapers), "what finds nobody breaks nothing"
        trial.require_survival(scene, killed=struck["KILL"], stopped=struck["STOP"])
        assert all((row["counted_runs"] or 0) <= 3 for row in scene.tables["jobs"])
        footprints.let_go_on()
        await nothing_left(footprints)
    after = footprints.descriptors()
    assert all(after[pid] <= before[pid] + SPARE_DESCRIPTORS for pid in before), (before, after)


async def ask(trial: Trial, jobs: int) -> None:
    for _ in range(jobs):
        await trial.people.submit(query=trial.rng.choice(QUERIES))
    await trial.people.submit(query=EMPTY, may_fail=UNREADABLE)


def strike(trial: Trial, *, hang: bool) -> Counter[str]:
    """Any one of them, at work or idle, or nobody where none is left: how many were hit by which signal."""
    scraper = trial.rng.choice(trial.system.fleet.of("scraper"))
    victims = trial.rng.choice([browsers_of(scraper), drivers_of(scraper)])
    number = signal.SIGSTOP if hang and trial.rng.random() < 1 / 4 else signal.SIGKILL
    return Counter({number.name.removeprefix("SIG"): hit(victims, number)})


async def nothing_left(footprints: Footprints) -> None:
    try:
        async with asyncio.timeout(30):
            while footprints.left():
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(footprints.left()) from None
