"""From candidates to pictures: many at once, until enough are good, none is left, or the time is up."""

import asyncio
from typing import Protocol

import structlog

from services.packager.collection import Collection
from services.packager.feed import Feed, Queue
from services.packager.fetching import Fetched
from services.packager.refusals import RefusedError
from services.packager.threads import OneThread
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
    """`seconds`: how long it may go on once the search is finished."""

    def __init__(
        self,
        collection: Collection,
        *,
        feed: Feed,
        fetcher: Fetching,
        thread: OneThread,
        progress: Progress,
        seconds: float,
    ) -> None:
        self._collection = collection
        self._feed = feed
        self._fetcher = fetcher
        self._thread = thread
        self._progress = progress
        self._seconds = seconds
        self._patience = asyncio.timeout(None)

    async def run(self, workers: int) -> None:
        """RunError when the disk is full."""
        queue: Queue = asyncio.Queue()
        try:
            async with self._patience:
                await self._side_by_side(queue, workers)
        except TimeoutError:
            if not self._patience.expired():
                raise
            self._collection.give_up_the_rest(self._feed.found)
        self._tell()

    async def _side_by_side(self, queue: Queue, workers: int) -> None:
        tasks = [asyncio.ensure_future(self._work(queue)) for _ in range(workers)]
        tasks.append(asyncio.ensure_future(self._feed_all(queue, workers)))
        try:
            await asyncio.gather(*tasks)
        finally:
            await end_tasks(*tasks)

    async def _feed_all(self, queue: Queue, workers: int) -> None:
        await self._feed.fill(queue)
        for _ in range(workers):
            queue.put_nowait(None)
        self._stop_in(self._seconds)

    async def _work(self, queue: Queue) -> None:
        while image := await queue.get():
            await self._try(image)
            self._tell()
            if self._collection.is_enough:
                self._stop_in(0)

    async def _try(self, image: FoundImage) -> None:
        try:
            async with await self._fetcher.fetch(image) as fetched:
                await self._thread.do(self._collection.put, image, fetched.body.bytes(), fetched.url)
        except RefusedError as refused:
            self._collection.refuse(refused.reason)
        except RunError:
            raise
        except Exception:
            # What a stranger's server makes of our libraries must not cost the other pictures.
            log.exception("candidate_failed", rank=image.rank)
            self._collection.refuse(Refusal.INTERNAL)

    def _stop_in(self, seconds: float) -> None:
        """The rest is cancelled then; an earlier moment stands."""
        when = asyncio.get_running_loop().time() + seconds
        self._patience.reschedule(min(when, self._patience.when() or when))

    def _tell(self) -> None:
        collection = self._collection
        self._progress.counts = Counts(self._feed.found, collection.kept, collection.refused.total())
