"""One stage with one, two and three processes, in turns: medians of the rates, and who has done what at what cost."""

import os
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.scaling.crew import Crew, crew
from bench.scaling.site import Site, a_site
from bench.scaling.stages import Stage
from shared.events import JobSubmitted, MailKind, MailSent

A_DAY = 86_400.0


@dataclass(frozen=True)
class Round:
    """`cost`: seconds of processor time a job, of this service in all its processes. `shares`: jobs of each."""

    rate: float
    cost: float
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
    _print(stage, taken)


async def _round(stage: Stage, processes: Crew, site: Site, count: int) -> Round:
    """The clock runs from the jobs' time, or from their coming, until the last is done."""
    before, began = processes.spent(), time.time()
    due_in = A_DAY if stage.due_in is None else stage.due_in + count / 100
    jobs = await site.wishes.submit(count, query=stage.query, images=stage.images, due_in=due_in)
    if stage.due_in is not None:
        await site.wishes.scheduled(jobs)
        before, began = processes.spent(), jobs[0].due_at.timestamp()
    await site.wishes.told_of(jobs, stage.ends, **stage.like)
    seconds, spent = time.time() - began, processes.spent()
    await _clear_up(stage, site, jobs)
    cost = sum(spent) - sum(before)
    return Round(count / seconds, cost / count, processes.shares({job.job_id for job in jobs}))


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
        rate, cost = median(each.rate for each in rounds), median(each.cost for each in rounds)
        middle = sorted(rounds, key=lambda each: each.rate)[len(rounds) // 2]
        shares = "/".join(map(str, middle.shares))
        busy = rate * cost
        print(
            f"  {count}: {rate:7.2f} {stage.unit}/s, {rate / alone:4.2f} times; {1000 * cost:5.0f} ms of CPU each,"
            f" {busy:4.2f} of {os.cpu_count()} processors in all; worked on {shares}"
        )
    print(f"  load {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
