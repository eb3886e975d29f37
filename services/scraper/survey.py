"""What a canary asks of an engine: not pictures, but whether each way of reading it still works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from services.scraper.engines import Ending, Query


@dataclass(frozen=True)
class Survey:
    """Of the first page. `yields`: results by strategy, for every strategy there is, 0 included.

    `page` is what was read, as text; `picture` a screenshot (PNG) where there is a browser.
    """

    yields: Mapping[str, int] = field(default_factory=dict)
    ending: Ending | None = None
    page: str = ""
    picture: bytes | None = None


class Surveyed(Protocol):
    name: str

    async def survey(self, query: Query) -> Survey:
        """Failures are endings, not exceptions."""
