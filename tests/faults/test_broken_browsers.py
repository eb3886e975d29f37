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
    blows, pause = (60, 4.0) if long else (6, 0.6)
    scrapers = trial.system.fleet.of("scraper")
    async with watched(scrapers) as footprints:
        before = footprints.descriptors()
        struck = Counter(STOP=sum(hit(browsers_of(scraper), signal.SIGSTOP) for scraper in scrapers))
        enough = asyncio.Event()
        asking = asyncio.ensure_future(ask_until(enough, trial, pause))
        for _ in range(blows):
            await asyncio.sleep(trial.rng.uniform(0, 2 * pause))
            struck.update(await strike(trial, hang=long))
        enough.set()
        await asking

        scene = await trial.settle(patience=900 if long else 120)
        assert struck.total() >= blows + len(scrapers), "what finds nobody breaks nothing"
        trial.require_survival(scene, killed=struck["KILL"], stopped=struck["STOP"])
        assert all((row["counted_runs"] or 0) <= 3 for row in scene.tables["jobs"])
        footprints.let_go_on()
        await nothing_left(footprints)
    after = footprints.descriptors()
    assert all(after[pid] <= before[pid] + SPARE_DESCRIPTORS for pid in before), (before, after)


async def ask_until(enough: asyncio.Event, trial: Trial, pause: float) -> None:
    """One job after the other: an idle browser is missed only after some seconds, and these are to be hit at work."""
    while not enough.is_set():
        await trial.people.submit(query=trial.rng.choice(QUERIES))
        await asyncio.sleep(trial.rng.uniform(0, 2 * pause))
    await trial.people.submit(query=EMPTY, may_fail=UNREADABLE)


async def strike(trial: Trial, *, hang: bool) -> Counter[str]:
    """Any one of them, at work or idle, as soon as there is one: how many were hit by which signal."""
    number = signal.SIGSTOP if hang and trial.rng.random() < 1 / 4 else signal.SIGKILL
    async with asyncio.timeout(120):
        while not (struck := hit(somebody(trial), number)):
            await asyncio.sleep(0.1)
    return Counter({number.name.removeprefix("SIG"): struck})


def somebody(trial: Trial) -> list[int]:
    scraper = trial.rng.choice(trial.system.fleet.of("scraper"))
    return trial.rng.choice([browsers_of, drivers_of])(scraper)


async def nothing_left(footprints: Footprints) -> None:
    try:
        async with asyncio.timeout(30):
            while footprints.left():
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(footprints.left()) from None
