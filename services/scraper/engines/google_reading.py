"""The ways to read a result page of Google Images, the best first; a later one only where the former yield nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from services.scraper.engines.google_bodies import read_bodies
from services.scraper.engines.google_endings import gate
from services.scraper.engines.google_links import read_links
from services.scraper.engines.google_page import Look
from services.scraper.engines.google_panel import Found, Panel, Tiled
from services.scraper.engines.google_records import Reading, read_records

STRATEGIES = ("inline", "xhr", "imgres", "panel", "thumbnail")


class Readable(Tiled, Protocol):
    async def links(self) -> list[str]: ...


@dataclass
class Reader:
    """Of one page, look by look. `yields`: new results by strategy."""

    page: Readable
    panel: Panel
    yields: Counter[str] = field(default_factory=Counter)
    _known: set[str] = field(default_factory=set)

    @property
    def known(self) -> int:
        return self.yields.total()

    async def read(self, look: Look) -> AsyncGenerator[Found, None]:
        """What is new by the first strategy that gives anything on this page."""
        yield self._fresh(await asyncio.to_thread(read_data, look))
        if self._gave("inline", "xhr") or gate(look):
            return
        yield self._fresh(read_links(await self.page.links()))
        if self._gave("imgres"):
            return
        async with aclosing(self.panel.read(self.page)) as batches:
            async for found in batches:
                yield self._counted(found)

    def _gave(self, *strategies: str) -> bool:
        return any(self.yields[strategy] for strategy in strategies)

    def _fresh(self, reading: Reading) -> Found:
        hits = [hit for docid, hit in reading.hits.items() if docid not in self._known]
        self._known |= reading.hits.keys()
        return self._counted(Found(tuple(hits), reading.unusable))

    def _counted(self, found: Found) -> Found:
        self.yields.update(hit.strategy for hit in found.hits if hit.strategy)
        return found


def read_data(look: Look) -> Reading:
    """Records in the document's scripts; records and other forms in what it has loaded since."""
    later = read_records(look.bodies, "xhr").take(read_bodies(look.bodies))
    return read_records(look.scripts, "inline").take(later)
