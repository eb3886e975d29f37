"""Who watches which job here, and waking them when something is said of it.

A wake-up carries nothing: whoever is woken looks for itself. So one too many does no harm, and one too few is made
good by the next look.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from prometheus_client import Gauge

from shared.errors import AidError

OPEN = Gauge("aid_streams_open", "Status pages and programs that are told of their job as it goes")

T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """In seconds. Between two looks at one job: `at_least`, however much is said of it, and `at_most`, in silence.

    `soon` in silence too, where nobody says when there is more. `send`: a reader that takes longer to take what was
    sent is dropped.
    """

    at_least: float = 1.0
    at_most: float = 15.0
    soon: float = 2.0
    send: float = 20.0


class TooManyStreamsError(AidError):
    """Whoever asks may look for itself instead, or come back later."""


class Feed(Generic[T]):
    """`T` is what a look at a job gives. `most` watchers at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._watched: dict[UUID, _Watched[T]] = {}
        self._ended = asyncio.Event()

    @property
    def open(self) -> int:
        """How many watch."""
        return self._open

    @contextmanager
    def watching(self, job_id: UUID) -> Iterator["News[T]"]:
        """From now on no news of it is missed. TooManyStreamsError when there is no room."""
        if self._open >= self._most or self._ended.is_set():
            raise TooManyStreamsError(f"{self._open} are open")
        job = self._watched.setdefault(job_id, _Watched())
        news = News(job, self._ended)
        with self._counted():
            job.watchers.add(news)
            try:
                yield news
            finally:
                job.watchers.discard(news)
                if not job.watchers:
                    self._watched.pop(job_id, None)

    def tell(self, job_id: UUID) -> None:
        """Something has been said of this job."""
        if job := self._watched.get(job_id):
            job.wake()

    def end(self) -> None:
        """Wake everybody for good: the process stops."""
        self._ended.set()
        for job in self._watched.values():
            job.wake()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        OPEN.inc()
        try:
            yield
        finally:
            self._open -= 1
            OPEN.dec()


class News(Generic[T]):
    """What one watcher waits for."""

    def __init__(self, job: "_Watched[T]", ended: asyncio.Event) -> None:
        self._job = job
        self._ended = ended
        self.told = asyncio.Event()

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    async def wait(self, at_least: float, at_most: float) -> None:
        """Until there is some. Both in seconds; what came meanwhile counts as one. Returns at once at the end."""
        await _within(at_least, self._ended)
        await _within(at_most - at_least, self.told)
        self.told.clear()

    async def look(self, look: Callable[[], Awaitable[T]]) -> T:
        """All who watch this job and were woken by the same news share one look."""
        if self._job.looking is None:
            self._job.look(look)
        assert self._job.looking is not None  # noqa: S101 - just begun
        return await asyncio.shield(self._job.looking)


class _Watched(Generic[T]):
    def __init__(self) -> None:
        self.watchers: set[News[T]] = set()
        self.looking: asyncio.Future[T] | None = None

    def wake(self) -> None:
        # A look that has begun before may not see what was said: it is nobody's any more.
        self.looking = None
        for news in self.watchers:
            news.told.set()

    def look(self, look: Callable[[], Awaitable[T]]) -> None:
        self.looking = asyncio.ensure_future(look())
        self.looking.add_done_callback(self._over)

    def _over(self, looking: asyncio.Future[T]) -> None:
        if self.looking is looking:
            self.looking = None
        if not looking.cancelled():
            looking.exception()  # told to those who wait for it, if somebody still does


async def _within(seconds: float, event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
