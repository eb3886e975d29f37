"""The packager's own code, every check on, without Kafka and Cassandra: what it reads of them is in memory here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from services.packager.feed import Bells
from services.packager.fetching import Fetcher
from services.packager.packing import Means, Pack, PackLimits
from services.packager.threads import OneThread
from shared.events import ArchiveBuilt, Event
from shared.images import FoundImage
from shared.jobs import JobState, JobView
from shared.localarchives import LocalArchives
from shared.pulse import Progress
from shared.searches import Asked, Search


@dataclass
class Neighbours:
    """The job's row, the finished search with these addresses, and who hears that the archive is built."""

    addresses: Sequence[str]
    asked: int
    built: list[ArchiveBuilt] = field(default_factory=list)

    async def publish_patiently(self, *events: Event) -> None:
        self.built += [event for event in events if isinstance(event, ArchiveBuilt)]

    @property
    def jobs(self) -> "Jobs":
        return Jobs(self.asked)

    @property
    def images(self) -> "Images":
        return Images(self.addresses)

    @property
    def searches(self) -> "Searches":
        return Searches(len(self.addresses))


@dataclass(frozen=True)
class Jobs:
    asked: int

    async def find(self, job_id: UUID) -> JobView:
        return JobView(job_id, JobState.RUNNING, 1, 2, query="pandas", images=self.asked)


@dataclass(frozen=True)
class Images:
    addresses: Sequence[str]

    async def of(self, job_id: UUID) -> list[FoundImage]:  # noqa: ARG002
        return [FoundImage(address, rank=rank, engine="google") for rank, address in enumerate(self.addresses, start=1)]


@dataclass(frozen=True)
class Searches:
    found: int

    async def find(self, job_id: UUID) -> Search:  # noqa: ARG002
        return Search(True, self.found, (Asked("google", "enough", found=self.found),))


async def pack(fetcher: Fetcher, thread: OneThread, folder: Path, addresses: Sequence[str], asked: int) -> ArchiveBuilt:
    """One job; its archive is deleted."""
    neighbours, archives, job_id = Neighbours(addresses, asked), LocalArchives(folder), uuid4()
    means = Means(
        jobs=neighbours.jobs,
        images=neighbours.images,
        searches=neighbours.searches,
        fetcher=fetcher,
        thread=thread,
        archives=archives,
        publisher=neighbours,
        bells=Bells(),
        limits=PackLimits(),
    )
    await Pack(job_id, 1, means).work(Progress())
    await archives.delete(job_id)
    return neighbours.built[0]
