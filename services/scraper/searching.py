"""The work of one run: ask the engines in order, store what they find batch by batch, and tell the packager."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog
from prometheus_client import Counter

from services.scraper.engines import Batch, Ending, Engine
from services.scraper.harvest import Harvest, failure, wanted
from services.scraper.patience import Patience
from shared.claims import Counts
from shared.events import Event, ImagesFound, SearchDue, SearchFinished
from shared.images import FoundImage, Search
from shared.jobs import JobView
from shared.pulse import Progress
from shared.waiting import until_available

log = structlog.get_logger()

LONGEST_PAUSE = 1.0

SEARCHES = Counter("aid_searches_total", "Engines asked, by how that ended", ["engine", "ending"])


class StoringImages(Protocol):
    async def of(self, job_id: UUID) -> list[FoundImage]: ...

    async def add(self, job_id: UUID, images: Iterable[FoundImage]) -> None: ...

    async def delete(self, job_id: UUID) -> None: ...


class FinishingSearches(Protocol):
    async def finish(self, job_id: UUID, search: Search) -> None: ...

    async def delete(self, job_id: UUID) -> None: ...


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class Publishing(Protocol):
    async def publish_patiently(self, *events: Event) -> None: ...


@dataclass(frozen=True)
class Means:
    """What every run of this process works with. `seconds`: how long one engine may take in all."""

    engines: Sequence[Engine]
    images: StoringImages
    searches: FinishingSearches
    jobs: FindingJobs
    publisher: Publishing
    spares: float
    seconds: float


class SearchRun:
    """One run. What it publishes is in Cassandra by then, save `finished`: that comes last."""

    def __init__(self, event: SearchDue, means: Means) -> None:
        self._event = event
        self._means = means
        self._harvest = Harvest(wanted(event.images, means.spares))
        self._batches = 0

    async def work(self, progress: Progress) -> None:
        """RunError when it found nothing, or not all there was."""
        stored = await self._take_up(progress)
        endings: dict[str, Ending] = {}
        for engine in self._means.engines:
            if self._harvest.complete:
                break
            endings[engine.name] = await self._ask(engine, progress)
        if failed := failure(endings.values(), found=self._harvest.found, found_before=len(stored)):
            raise failed
        await self._finish(stored, endings)

    async def afterwards(self) -> None:
        """A job that has ended meanwhile leaves nothing of its search behind. Looks after the last write."""
        job_id = self._event.job_id
        job = await until_available(lambda: self._means.jobs.find(job_id))
        if job is None or job.state.ended:
            await until_available(lambda: self._means.images.delete(job_id))
            await until_available(lambda: self._means.searches.delete(job_id))

    async def _take_up(self, progress: Progress) -> list[FoundImage]:
        """What an earlier run had stored before it was lost: the packager has it at once, and it is not found anew."""
        stored = await until_available(lambda: self._means.images.of(self._event.job_id))
        if stored:
            self._harvest.go_on_from(stored)
            log.info("search_taken_up", found=len(stored))
            await self._announce(progress)
        return stored

    async def _ask(self, engine: Engine, progress: Progress) -> Ending:
        """A browser or a connection that is lost says nothing of the engine: it is asked once more, in the same run."""
        patience = Patience(self._means.seconds)
        ending = await self._ask_once(engine, progress, patience)
        if ending is Ending.BROKEN:
            await asyncio.sleep(random.uniform(0, LONGEST_PAUSE))
            ending = await self._ask_once(engine, progress, patience)
        return ending

    async def _ask_once(self, engine: Engine, progress: Progress, patience: Patience) -> Ending:
        ending, unusable = None, 0
        async with aclosing(engine.search(self._event.query)) as batches:
            while ending is None:
                # Only the engine's time counts: for Cassandra and Kafka we wait without limit.
                try:
                    async with patience.spent():
                        batch = await anext(batches)
                except TimeoutError:
                    batch = Batch(ending=Ending.BROKEN)
                await self._store(engine, batch, progress)
                unusable += batch.unusable
                ending = Ending.ENOUGH if self._harvest.complete else batch.ending
        SEARCHES.labels(engine.name, ending).inc()
        log.info("engine_asked", engine=engine.name, ending=ending, found=self._harvest.found, unusable=unusable)
        return ending

    async def _store(self, engine: Engine, batch: Batch, progress: Progress) -> None:
        images = self._harvest.take(engine.name, batch.hits)
        if not images:
            return
        await until_available(lambda: self._means.images.add(self._event.job_id, images))
        await self._announce(progress)

    async def _announce(self, progress: Progress) -> None:
        self._batches += 1
        event, found = self._event, self._harvest.found
        await self._means.publisher.publish_patiently(
            ImagesFound(job_id=event.job_id, run=event.run, sequence=self._batches, found=found)
        )
        progress.counts = Counts(found=found)

    async def _finish(self, stored: Iterable[FoundImage], endings: dict[str, Ending]) -> None:
        """Published first: a crash in between has the search done again, never left without a word."""
        event, found = self._event, self._harvest.found
        await self._means.publisher.publish_patiently(SearchFinished(job_id=event.job_id, run=event.run, found=found))
        engines = dict.fromkeys([*(image.engine for image in stored), *endings])
        *_, last = (Ending.ENOUGH, *endings.values())
        search = Search(finished=True, found=found, engines=tuple(engines), stopped_because=last)
        await until_available(lambda: self._means.searches.finish(event.job_id, search))
