"""From candidates to pictures: many at once, until enough are good, none is left, or the time is up.

Thumbnails come last: when every candidate was tried, and pictures are still missing.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Protocol

import structlog

from services.packager.collection import Collection
from services.packager.feed import Feed, Queue
from services.packager.fetching import Fetched
from services.packager.refusals import RefusedError
from services.packager.threads import OneThread
from services.packager.thumbnails import Failed, StandIn, stand_ins
from shared.claims import Counts
from shared.errors import RunError
from shared.images import FoundImage
from shared.pulse import Progress
from shared.refusals import Refusal
from shared.tasks import end_tasks

log = structlog.get_logger()


class Fetching(Protocol):
    async def fetch(self, image: FoundImage) -> Fetched: ...


def at_once(asked: int, most: int) -> int:
    """Candidates in flight: some more than are asked for, so that a slow one holds nobody up."""
    return min(most, asked + asked // 5 + 4)


class Gathering:
    """`seconds`: how long it may go on once the search is finished; `thumbnail_seconds` within them, 0 for never."""

    def __init__(
        self,
        collection: Collection,
        *,
        feed: Feed,
        fetcher: Fetching,
        thread: OneThread,
        progress: Progress,
        seconds: float,
        thumbnail_seconds: float,
    ) -> None:
        self._collection = collection
        self._feed = feed
        self._fetcher = fetcher
        self._thread = thread
        self._progress = progress
        self._seconds = seconds
        self._thumbnail_seconds = thumbnail_seconds
        self._failed: list[Failed] = []
        self._patience = asyncio.timeout(None)

    async def run(self, workers: int) -> None:
        """RunError when the disk is full."""
        try:
            async with self._patience:
                await self._try_candidates(workers)
                if self._thumbnail_seconds:
                    await self._try_thumbnails(workers)
        except TimeoutError:
            if not self._patience.expired():
                raise
            self._collection.give_up_the_rest(self._feed.found)
        self._tell()

    async def _try_candidates(self, workers: int) -> None:
        queue: Queue = asyncio.Queue()
        await _side_by_side(self._feed_all(queue, workers), *(self._work(queue) for _ in range(workers)))

    async def _feed_all(self, queue: Queue, workers: int) -> None:
        await self._feed.fill(queue)
        for _ in range(workers):
            queue.put_nowait(None)
        self._stop_in(self._seconds)

    async def _work(self, queue: Queue) -> None:
        while image := await queue.get():
            if reason := await self._keep(image, image):
                self._collection.refuse(reason)
                self._failed.append(Failed(image, reason))
            self._tell()
            if self._collection.is_enough:
                self._stop_in(0)

    async def _try_thumbnails(self, workers: int) -> None:
        missing = self._collection.missing
        if chosen := stand_ins(self._failed, missing=missing):
            self._stop_in(self._thumbnail_seconds)
            places, rest = iter(range(missing)), iter(chosen)
            await _side_by_side(*(self._fill(places, rest) for _ in range(min(missing, workers))))

    async def _fill(self, places: Iterator[int], rest: Iterator[StandIn]) -> None:
        """No more in flight than are missing: so the best ranks are kept, and none is fetched in vain."""
        for _ in places:
            for stand_in in rest:
                refused = await self._keep(stand_in.copy, stand_in.image, stand_in.reason)
                self._tell()
                if not refused:
                    break

    async def _keep(self, source: FoundImage, image: FoundImage, instead_of: Refusal | None = None) -> Refusal | None:
        """What lies at the source, as this picture; or why not."""
        try:
            with await self._fetcher.fetch(source) as fetched:
                content = fetched.body.content()
                await self._thread.do(self._collection.put, image, content, fetched.url, instead_of)
        except RefusedError as refused:
            return refused.reason
        except RunError:
            raise
        except Exception:
            # What a stranger's server makes of our libraries must not cost the other pictures.
            log.exception("candidate_failed", rank=image.rank)
            return Refusal.INTERNAL
        return None

    def _stop_in(self, seconds: float) -> None:
        """The rest is cancelled then; an earlier moment stands."""
        when = asyncio.get_running_loop().time() + seconds
        self._patience.reschedule(min(when, self._patience.when() or when))

    def _tell(self) -> None:
        collection = self._collection
        self._progress.counts = Counts(self._feed.found, collection.kept, collection.refused.total())


async def _side_by_side(*works: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        await end_tasks(*tasks)
