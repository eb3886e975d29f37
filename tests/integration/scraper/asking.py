"""Asking Google Images in tests: everything it gives, until there is enough or it says why not."""

from contextlib import aclosing
from dataclasses import dataclass, field

from services.scraper.engines import Ending, Query
from services.scraper.engines.google import Google
from shared.images import Hit


@dataclass
class Found:
    hits: list[Hit] = field(default_factory=list)
    unusable: int = 0
    ending: Ending | None = None
    retry_after: float | None = None

    @property
    def read_by(self) -> frozenset[str | None]:
        return frozenset(hit.strategy for hit in self.hits)


async def found_by(google: Google, query: str, wanted: int) -> Found:
    found = Found()
    async with aclosing(google.search(Query(query))) as batches:
        async for batch in batches:
            found.hits += batch.hits
            found.unusable += batch.unusable
            found.retry_after = batch.retry_after
            found.ending = Ending.ENOUGH if len(found.hits) >= wanted else batch.ending
            if found.ending:
                return found
    raise AssertionError("ended without saying why")
