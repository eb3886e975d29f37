"""One stage with one, two and three processes, in turns: medians of the rates, and who has done what at what cost."""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Self

from bench.scaling.crew import Crew, crew
from bench.scaling.machine import Ticks
from bench.scaling.site import Site, a_site
from bench.scaling.stages import Stage
from shared.events import JobSubmitted, MailKind, MailSent

A_DAY = 86_400.0


@dataclass(frozen=True)
class Round:
    """`cost`: seconds of processor time a job, of this service in all its processes. `shares`: jobs of each.

    `machine`: the share of its processors that was busy, with everything that ran.
    """

    rate: float
    cost: float
    machine: float
    shares: list[int]


async def rows(stage: Stage, counts: tuple[int, ...], repeats: int, jobs: int | None, home: Path) -> None:
    """A line for each number of processes."""
    taken: dict[int, list[Round]] = {count: [] for count in counts}
    async with a_site(home / stage.service) as site, AsyncExitStack() as stack:
        environment = {**site.environment, **stage.told}
        for other in stage.rest:
            await stack.enter_async_context(crew(other, 1, environment, site.logs))
        for _ in range(repeats):
            for count, rounds in taken.items():
                async with crew(stage.service, count, environment, site.logs) as processes:
                    rounds.append(await _round(stage, processes, site, jobs or stage.jobs))
                    print(f"  ({stage.service}, {count}: {rounds[-1].rate:.2f} {stage.unit}/s)")
    _print(stage, taken)


async def _round(stage: Stage, processes: Crew, site: Site, count: int) -> Round:
    """The clock runs from the jobs' time, or from their coming, until the last is done."""
    wishes, start = site.wishes, Start.now(processes)
    due_in = A_DAY if stage.due_in is None else stage.due_in + count / 100
    jobs = await wishes.submit(count, query=stage.query, images=stage.images, due_in=due_in)
    if stage.due_in is not None:
        await wishes.scheduled(jobs)
        await _until(jobs[0].due_at)
        start = Start.now(processes)
    if stage.begins is not None:
        await wishes.told_of(jobs, stage.begins)
        start = Start.now(processes)
        count -= sum(bool(wishes.of(job.job_id, stage.ends, **stage.like)) for job in jobs)
    await wishes.told_of(jobs, stage.ends, **stage.like)
    seconds, cost, machine = start.since(processes)
    await _clear_up(stage, site, jobs)
    return Round(count / seconds, cost / count, machine, processes.shares({job.job_id for job in jobs}))


@dataclass(frozen=True)
class Start:
    """What had been spent when the clock began to run."""

    at: float
    spent: float
    ticks: Ticks

    @classmethod
    def now(cls, processes: Crew) -> Self:
        return cls(time.monotonic(), sum(processes.spent()), Ticks.now())

    def since(self, processes: Crew) -> tuple[float, float, float]:
        """Seconds, those of processor time, and how much of the machine was busy."""
        busy = Ticks.now().busy_since(self.ticks)
        return time.monotonic() - self.at, sum(processes.spent()) - self.spent, busy


async def _until(moment: datetime) -> None:
    await asyncio.sleep((moment - datetime.now(UTC)).total_seconds())


async def _clear_up(stage: Stage, site: Site, jobs: list[JobSubmitted]) -> None:
    """Nothing of this round is left to do in the next."""
    if {"scraper", "packager", "notifier"} <= {stage.service, *stage.rest}:
        await site.wishes.told_of(jobs, MailSent, kind=MailKind.READY)
    else:
        await site.wishes.cancel(jobs)


def _print(stage: Stage, taken: dict[int, list[Round]]) -> None:
    first = next(iter(taken.values()))
    alone = median(each.rate for each in first)
    print(f"{stage.service}: one waits for {stage.waits_for}")
    for count, rounds in taken.items():
        middle = sorted(rounds, key=lambda each: each.rate)[len(rounds) // 2]
        rate, cost = median(each.rate for each in rounds), median(each.cost for each in rounds)
        print(
            f"  {count}: {rate:.2f} {stage.unit}/s, {rate / alone:.2f} times one; {1000 * cost:.0f} ms of CPU each,"
            f" {rate * cost:.2f} processors in all; machine {middle.machine:.0%} busy;"
            f" {'/'.join(map(str, middle.shares))}"
        )
    print(f"  load {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
