"""What a search engine is to the scraper: something that yields results batch by batch and says why it stopped."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.filters import NO_FILTERS, Filters
from shared.images import Hit


class Ending(StrEnum):
    """Why a search got no further. Only the first is decided by whoever asks; the others an engine says."""

    ENOUGH = "enough"
    EXHAUSTED = "exhausted"
    NO_RESULTS = "no_results"
    """The engine itself says so; a page without results is not enough."""
    BLOCKED = "blocked"
    """A captcha, a refusal, or a consent page that does not go away. Never solved, never dodged."""
    PAGE_CHANGED = "page_changed"
    """Neither results nor a word that there are none: we no longer know how to read it."""
    BROKEN = "broken"
    """The browser or the connection failed; another try may do better."""


@dataclass(frozen=True)
class Query:
    words: str
    filters: Filters = NO_FILTERS


@dataclass(frozen=True)
class Batch:
    """Results in the engine's order. `unusable` counts those it could not use; the last batch has an ending.

    `retry_after`: seconds for which a refusing engine wants to be left alone, if it says. `pause`: seconds to let go by
    before the next batch is taken, so that the engine is not asked more often than it wants.
    """

    hits: tuple[Hit, ...] = ()
    unusable: int = 0
    ending: Ending | None = None
    retry_after: float | None = None
    pause: float = 0.0


class Engine(Protocol):
    name: str

    def ignored(self, filters: Filters) -> frozenset[str]:
        """Names of those chosen that this engine has no word for, and that its results do not tell either."""

    def search(self, query: Query) -> AsyncGenerator[Batch, None]:
        """Goes on for as long as batches are taken; close it to stop. Failures are endings, not exceptions."""
