"""The candidates of one job, as the search finds them. Cassandra is the truth; events only wake the reading."""

import asyncio
from typing import Protocol
from uuid import UUID
from weakref import WeakValueDictionary

from shared.images import FoundImage
from shared.searches import Search
from shared.waiting import until_available

Queue = asyncio.Queue[FoundImage | None]
"""Candidates; None tells one worker that no more will come."""

SHORTEST_PAUSE = 0.05
LONGEST_PAUSE = 1.0


class ReadingImages(Protocol):
    async def of(self, job_id: UUID) -> list[FoundImage]: ...


class ReadingSearches(Protocol):
    async def find(self, job_id: UUID) -> Search | None: ...


class Bells:
    """One bell per run in this process, for as long as somebody holds it."""

    def __init__(self) -> None:
        self._bells: WeakValueDictionary[tuple[UUID, int], asyncio.Event] = WeakValueDictionary()

    def of(self, job_id: UUID, run: int) -> asyncio.Event:
        bell = self._bells.get((job_id, run))
        if bell is None:
            bell = self._bells[job_id, run] = asyncio.Event()
        return bell

    def ring(self, job_id: UUID, run: int) -> None:
        if bell := self._bells.get((job_id, run)):
            bell.set()


class Feed:
    """Each address once, the best rank first of what is new."""

    def __init__(self, job_id: UUID, *, images: ReadingImages, searches: ReadingSearches, bell: asyncio.Event) -> None:
        self._job_id = job_id
        self._images = images
        self._searches = searches
        self._bell = bell
        self._known: set[str] = set()
        self.search: Search | None = None

    @property
    def found(self) -> int:
        return len(self._known)

    async def fill(self, queue: Queue) -> None:
        """Return when the search is finished and all it found is in the queue."""
        pause = SHORTEST_PAUSE
        while not await self._read(queue):
            rung = await self._wait(pause)
            # `SearchFinished` rings just before `searches` says so.
            pause = SHORTEST_PAUSE if rung else min(2 * pause, LONGEST_PAUSE)

    async def _read(self, queue: Queue) -> bool:
        """Whether this was all. The search is read first: what it found lies there before it is finished."""
        self.search = await until_available(lambda: self._searches.find(self._job_id))
        for image in await until_available(lambda: self._images.of(self._job_id)):
            if image.url not in self._known:
                self._known.add(image.url)
                queue.put_nowait(image)
        return self.search is not None and self.search.finished

    async def _wait(self, seconds: float) -> bool:
        """Whether the bell rang."""
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return False
        self._bell.clear()
        return True
