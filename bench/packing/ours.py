"""The packager's own code, every check on, without Kafka and Cassandra: what it reads of them is in memory here."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from services.packager.feed import Bells
from services.packager.fetchers import guarded_fetcher
from services.packager.fetching import Fetcher
from services.packager.packing import Means, Pack, PackLimits
from services.packager.settings import Settings
from services.packager.sheetdrawing import SheetDrawing
from services.packager.threads import OneThread
from shared.events import ArchiveBuilt, Event
from shared.images import FoundImage
from shared.jobs import JobState, JobView
from shared.localarchives import LocalArchives
from shared.pulse import Progress
from shared.searches import Asked, Search


@dataclass
class Finds:
    """What the search has found so far: the first so many of these addresses."""

    addresses: Sequence[str]
    so_far: int
    finished: bool

    @classmethod
    def all_of(cls, addresses: Sequence[str]) -> "Finds":
        return cls(addresses, len(addresses), finished=True)

    async def of(self, job_id: UUID) -> list[FoundImage]:  # noqa: ARG002
        """The rows of `image_urls`."""
        found = enumerate(self.addresses[: self.so_far], start=1)
        return [FoundImage(address, rank=rank, engine="google") for rank, address in found]

    async def find(self, job_id: UUID) -> Search:  # noqa: ARG002
        """The row of `searches`."""
        return Search(self.finished, self.so_far, (Asked("google", "enough", found=self.so_far),))


@dataclass(frozen=True)
class Jobs:
    asked: int

    async def find(self, job_id: UUID) -> JobView:
        return JobView(job_id, JobState.RUNNING, 1, 2, query="pandas", images=self.asked)


@dataclass
class Listener:
    """Who hears that an archive is built."""

    built: list[ArchiveBuilt] = field(default_factory=list)

    async def publish_patiently(self, *events: Event) -> None:
        self.built += [event for event in events if isinstance(event, ArchiveBuilt)]


class AwaitedSheets:
    """The service's own contact sheets. Nobody's clock runs while they are drawn: see `drawn`."""

    def __init__(self) -> None:
        self._drawing = SheetDrawing()
        self._under_way: list[asyncio.Future[bytes | None]] = []

    async def of(self, archive: IO[bytes]) -> bytes | None:
        self._under_way.append(asyncio.ensure_future(self._drawing.of(archive)))
        return await self._under_way[-1]

    async def drawn(self) -> None:
        """RuntimeError when one could not be."""
        sheets = await asyncio.gather(*self._under_way)
        self._under_way.clear()
        if not all(sheets):
            raise RuntimeError("a contact sheet could not be drawn")


@dataclass(frozen=True)
class Packager:
    fetcher: Fetcher
    thread: OneThread
    archives: LocalArchives
    sheets: AwaitedSheets
    limits: PackLimits
    bells: Bells = field(default_factory=Bells)

    async def pack(self, finds: Finds, asked: int, job_id: UUID | None = None) -> ArchiveBuilt:
        """One job; its archive is deleted. RuntimeError when it has not all that was asked."""
        job_id, listener = job_id or uuid4(), Listener()
        means = Means(
            jobs=Jobs(asked),
            images=finds,
            searches=finds,
            fetcher=self.fetcher,
            thread=self.thread,
            archives=self.archives,
            sheets=self.sheets,
            publisher=listener,
            bells=self.bells,
            limits=self.limits,
        )
        await Pack(job_id, 1, means).work(Progress())
        await self.archives.delete(job_id)
        (built,) = listener.built
        if built.kept != asked:
            raise RuntimeError(f"only {built.kept} kept: {built.refused}")
        return built


@asynccontextmanager
async def packager(folder: Path, holes: str) -> AsyncIterator[Packager]:
    """`holes` in the guard: `ip:port,…`."""
    settings = Settings(
        kafka_url="unused:1", cassandra_hosts="unused:1", archives=folder.as_uri(), allowed_private_addresses=holes
    )
    with OneThread("pack") as thread:
        async with guarded_fetcher(settings) as fetcher:
            yield Packager(fetcher, thread, LocalArchives(folder), AwaitedSheets(), settings.pack_limits)
