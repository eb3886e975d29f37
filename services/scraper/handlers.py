"""What the scraper does about a job that is due: pure over its ports."""

from typing import Protocol
from uuid import UUID

from services.scraper.means import Means
from services.scraper.searching import SearchRun
from shared.events import Event, SearchDue, SearchFinished
from shared.searches import Search
from shared.work import Afterwards, Work


class FindingSearches(Protocol):
    async def find(self, job_id: UUID) -> Search | None: ...


class Bench(Protocol):
    async def start(self, job_id: UUID, run: int, work: Work, afterwards: Afterwards) -> None: ...


async def search_images(event: SearchDue, *, searches: FindingSearches, bench: Bench, means: Means) -> list[Event]:
    """Begin the search. One that an earlier run has finished is announced to this run's packager instead."""
    search = await searches.find(event.job_id)
    if search is not None and search.finished:
        return [SearchFinished(job_id=event.job_id, run=event.run, found=search.found)]
    run = SearchRun(event, means)
    await bench.start(event.job_id, event.run, run.work, run.afterwards)
    return []
