"""The work of one run: ask the engines in order, store what they find batch by batch, and tell the packager."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial

import structlog
from prometheus_client import Counter as CounterMetric

from services.scraper.engines import Batch, Ending, Engine, Query
from services.scraper.harvest import Harvest, failure, wanted
from services.scraper.means import Means
from services.scraper.patience import Patience
from services.scraper.tally import Tally
from shared.claims import Counts
from shared.errors import Reason
from shared.events import ImagesFound, SearchDue, SearchFinished
from shared.filters import in_order
from shared.images import FoundImage
from shared.jobs import JobState
from shared.pulse import Progress
from shared.searches import NOT_ASKED, Asked, Search
from shared.waiting import until_available

log = structlog.get_logger()

LONGEST_PAUSE = 1.0

SEARCHES = CounterMetric("aid_searches_total", "Engines asked or passed over, by how that ended", ["engine", "ending"])
RESULTS = CounterMetric("aid_results_total", "New results, by the way the engine was read", ["engine", "strategy"])


class SearchRun:
    """One run. What it publishes is in Cassandra by then, save `finished`: that comes last."""

    def __init__(self, event: SearchDue, means: Means) -> None:
        self._event = event
        self._means = means
        self._query = Query(event.query, event.filters)
        self._harvest = Harvest(wanted(event.images, means.spares))
        self._batches = 0

    async def work(self, progress: Progress) -> None:
        """RunError when it found nothing, or not all there was."""
        stored = await self._take_up(progress)
        asked = await self._ask_in_turn(progress)
        thumbnails = self._harvest.take_thumbnails()
        await self._store(thumbnails, progress)
        asked = self._with_results(asked, [*thumbnails, *stored])
        found = self._harvest.found
        if failed := failure(asked, images=self._event.images, found=found, found_before=len(stored)):
            if failed.reason is Reason.BLOCKED:
                failed.not_before = await self._first_end_of_a_cool_down()
            # Before anybody hears of the failure: how the last engine ended is written nowhere else.
            await until_available(partial(self._means.searches.note, self._event.job_id, asked))
            raise failed
        await self._finish(tuple(asked))

    async def afterwards(self) -> None:
        """Of a job that nobody wants any more nothing of the search is left behind. Looks after the last write."""
        job_id = self._event.job_id
        job = await until_available(lambda: self._means.jobs.find(job_id))
        if job is None or job.state in (JobState.CANCELLED, JobState.EXPIRED):
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

    async def _ask_in_turn(self, progress: Progress) -> list[Asked]:
        """The next one fills what is missing."""
        asked: list[Asked] = []
        for engine in self._means.engines:
            if self._harvest.complete:
                break
            if until := await self._cools_down(engine):
                log.info("engine_not_asked", engine=engine.name, until=until.isoformat())
                SEARCHES.labels(engine.name, NOT_ASKED).inc()
                asked.append(Asked(engine.name, NOT_ASKED))
                continue
            # Whoever packs may have enough before this one has told all it knows.
            under_way = Tally(engine, self._query.filters).asked()
            await until_available(partial(self._means.searches.note, self._event.job_id, [*asked, under_way]))
            asked.append(await self._ask(engine, progress))
        return asked

    async def _cools_down(self, engine: Engine) -> datetime | None:
        return await until_available(lambda: self._means.cool_downs.ends(engine.name))

    async def _first_end_of_a_cool_down(self) -> datetime | None:
        """Before that another run would ask nobody either."""
        ends = [await self._cools_down(engine) for engine in self._means.engines]
        return min(filter(None, ends), default=None)

    async def _ask(self, engine: Engine, progress: Progress) -> Asked:
        """A browser or a connection that is lost says nothing of the engine: it is asked once more, in the same run."""
        tally, patience = Tally(engine, self._query.filters), Patience(self._means.seconds)
        await self._ask_once(engine, tally, patience, progress)
        if tally.ending is Ending.BROKEN and patience.left:
            await asyncio.sleep(random.uniform(0, LONGEST_PAUSE))
            await self._ask_once(engine, tally, patience, progress)
        if tally.ending is Ending.BLOCKED:
            await until_available(lambda: self._means.cool_downs.begin(engine.name, tally.retry_after))
        return _told(tally.asked())

    async def _ask_once(self, engine: Engine, tally: Tally, patience: Patience, progress: Progress) -> None:
        tally.begin()
        async with aclosing(engine.search(self._query)) as batches:
            while tally.ending is None:
                # Only the engine's time counts: for Cassandra and Kafka we wait without limit.
                try:
                    async with patience.spent():
                        batch = await anext(batches)
                except TimeoutError:
                    batch = Batch(ending=Ending.BROKEN)
                images = self._harvest.take(engine.name, tally.sifted(batch))
                await self._store(images, progress)
                tally.count(images, complete=self._harvest.would_do)
                await asyncio.sleep(batch.pause)

    async def _store(self, images: list[FoundImage], progress: Progress) -> None:
        if images:
            await until_available(lambda: self._means.images.add(self._event.job_id, images))
            await self._announce(progress)

    async def _announce(self, progress: Progress) -> None:
        self._batches += 1
        event, found = self._event, self._harvest.found
        await self._means.publisher.publish_patiently(
            ImagesFound(job_id=event.job_id, run=event.run, sequence=self._batches, found=found)
        )
        progress.counts = Counts(found=found)

    async def _finish(self, asked: tuple[Asked, ...]) -> None:
        """Published first: a crash in between has the search done again, never left without a word."""
        event, found = self._event, self._harvest.found
        await self._means.publisher.publish_patiently(SearchFinished(job_id=event.job_id, run=event.run, found=found))
        search = Search(finished=True, found=found, asked=asked)
        await until_available(lambda: self._means.searches.finish(event.job_id, search))

    def _with_results(self, asked: Sequence[Asked], images: Iterable[FoundImage]) -> list[Asked]:
        """Those that came otherwise than by asking counted in: of a run that was lost, or held back until the end."""
        counts = Counter(image.engine for image in images)
        known = [replace(one, found=one.found + counts.pop(one.engine, 0)) for one in asked]
        ignored = {engine.name: in_order(engine.ignored(self._query.filters)) for engine in self._means.engines}
        before = [
            Asked(engine, Ending.ENOUGH, found=found, ignored=ignored.get(engine, ()))
            for engine, found in counts.items()
        ]
        return [*before, *known]


def count_from_zero(engines: Iterable[Engine]) -> None:
    for engine in engines:
        for ending in (*Ending, NOT_ASKED):
            SEARCHES.labels(engine.name, str(ending))


def _told(asked: Asked) -> Asked:
    SEARCHES.labels(asked.engine, asked.ending).inc()
    for strategy, results in asked.strategies.items():
        RESULTS.labels(asked.engine, strategy).inc(results)
    log.info("engine_asked", **asdict(asked))
    return asked
