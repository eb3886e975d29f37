"""A process of each working service is added while jobs run, and later the first of each is told to stop.

Then everything is counted: facts, archives, mails. Each job must have exactly one of each.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from bench.scaling.crew import crew, worked_on
from bench.scaling.site import Site, a_site
from deploy.local.zips import check_zip
from shared.events import Event, JobCompleted, JobFailed, JobStarted, JobSubmitted, MailKind, MailSent
from tests.integration.running import RunningService, start_service

WORKING = ("scraper", "packager", "notifier")
TOLD = {"AID_CONNECTIONS": "32"}
JOBS, IMAGES = 60, 10
PER_SECOND = 1.0
HAND_OVER_WITHIN = 60.0


@dataclass(frozen=True)
class Joined:
    """Seconds from the start of the process until it was ready, and until it had work."""

    service: RunningService
    ready: float
    at_work: float

    def line(self, first: RunningService) -> str:
        jobs, before = len(worked_on(self.service)), len(worked_on(first))
        times = f"the second was ready after {self.ready:.1f} s and had work after {self.at_work:.1f} s"
        return f"  {self.service.name}: {times}; the first, stopped then, had {before} jobs, the second {jobs}"


async def row(jobs: int, home: Path) -> None:
    async with a_site(home / "growing") as site, AsyncExitStack() as stack:
        environment = {**site.environment, **TOLD}
        crews = {
            name: await stack.enter_async_context(crew(name, 1, environment, site.logs))
            for name in ("scheduler", *WORKING)
        }
        enough = asyncio.Event()
        coming = asyncio.create_task(_submit(site, jobs, enough))
        await asyncio.sleep(jobs / PER_SECOND / 4)
        joined = await asyncio.gather(*(_join(name, environment, site.logs, stack) for name in WORKING))
        await asyncio.gather(*(crews[name].members[0].stop() for name in WORKING))
        await asyncio.sleep(jobs / PER_SECOND / 4)
        enough.set()
        submitted = await coming
        ended = time.monotonic()
        await site.wishes.told_of(submitted, MailSent, kind=MailKind.READY)
        print(f"a process added and one removed of each, while jobs ran, {PER_SECOND:g} due each second:")
        for each in joined:
            print(each.line(crews[each.service.name].members[0]))
        seconds = time.monotonic() - ended
        print(f"  {seconds:.1f} s after the last job had come all was done: {_count(site, submitted)}")


async def _submit(site: Site, at_least: int, enough: asyncio.Event) -> list[JobSubmitted]:
    """One after the other, until it is enough."""
    submitted = list[JobSubmitted]()
    while len(submitted) < at_least or not enough.is_set():
        job = site.wishes.submit_one(len(submitted), "pandas slow:200 latency:on", IMAGES, datetime.now(UTC))
        submitted.append(await job)
        await asyncio.sleep(1 / PER_SECOND)
    return submitted


async def _join(name: str, environment: dict[str, str], logs: Path, stack: AsyncExitStack) -> Joined:
    """Gone when the stack is left."""
    began = time.monotonic()
    service = await start_service(name, environment, logs)
    stack.push_async_callback(service.kill)
    await service.ready()
    ready = time.monotonic() - began
    await _until(lambda: bool(worked_on(service)))
    return Joined(service, ready, time.monotonic() - began)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(HAND_OVER_WITHIN):
        while not condition():
            await asyncio.sleep(0.1)


def _count(site: Site, jobs: Sequence[JobSubmitted]) -> str:
    """RuntimeError when anything of a job is missing, or there twice."""
    ids = [job.job_id for job in jobs]
    told = {kind.__name__: [_facts(site, job_id, kind) for job_id in ids] for kind in (JobStarted, JobCompleted)}
    mails = Counter(str(mail["Message-ID"]) for mail in site.relay.taken)
    for kind in (MailKind.STARTED, MailKind.READY):
        told[f"{kind} mails"] = [_mails(mails, kind, job_id) for job_id in ids]
    told["archives"] = [len(list(site.archives.glob(f"{job_id}*.zip"))) for job_id in ids]
    failed = sum(bool(site.wishes.of(job_id, JobFailed)) for job_id in ids)
    wrong = {name: counts for name, counts in told.items() if set(counts) != {1}}
    if wrong or failed:
        raise RuntimeError(f"{failed} failed; not one each: {wrong}")
    for archive in site.archives.glob("*.zip"):
        check_zip(archive, pictures=IMAGES)
    return ", ".join(f"{sum(counts)} {name}" for name, counts in told.items())


def _facts(site: Site, job_id: UUID, kind: type[Event]) -> int:
    """A repeat has the same id, and is no other fact."""
    return len({event.event_id for event in site.wishes.of(job_id, kind)})


def _mails(mails: Counter[str], kind: MailKind, job_id: UUID) -> int:
    return sum(count for name, count in mails.items() if name.startswith(f"<{kind}.{job_id}@"))
