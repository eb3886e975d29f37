"""What a search needs of others, in its own words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.scraper.engines import Engine
from shared.events import Event
from shared.images import FoundImage
from shared.jobs import JobView
from shared.searches import Asked, Search


class StoringImages(Protocol):
    async def of(self, job_id: UUID) -> list[FoundImage]: ...

    async def add(self, job_id: UUID, images: Iterable[FoundImage]) -> None: ...

    async def delete(self, job_id: UUID) -> None: ...


class TellingOfSearches(Protocol):
    async def note(self, job_id: UUID, asked: Iterable[Asked]) -> None: ...

    async def finish(self, job_id: UUID, search: Search) -> None: ...

    async def delete(self, job_id: UUID) -> None: ...


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class CoolingDown(Protocol):
    async def ends(self, engine: str) -> datetime | None:
        """None when it is not left alone now."""

    async def begin(self, engine: str, seconds: float | None) -> None:
        """None when the engine does not say for how long."""


class Publishing(Protocol):
    async def publish_patiently(self, *events: Event) -> None: ...


@dataclass(frozen=True)
class Means:
    """What every run of this process works with. `seconds`: how long one engine may take in all."""

    engines: Sequence[Engine]
    images: StoringImages
    searches: TellingOfSearches
    jobs: FindingJobs
    cool_downs: CoolingDown
    publisher: Publishing
    spares: float
    seconds: float
