"""What a search engine is to the scraper: something that yields results batch by batch and says why it stopped."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


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
class Hit:
    """One result, as the engine says: sizes in pixels, licence and creator in words. Addresses are http or https."""

    url: str
    source_page: str | None = None
    title: str | None = None
    width: int | None = None
    height: int | None = None
    thumbnail: str | None = None
    licence: str | None = None
    creator: str | None = None


@dataclass(frozen=True)
class Batch:
    """Results in the engine's order. `unusable` counts those it could not use; the last batch has an ending."""

    hits: tuple[Hit, ...] = ()
    unusable: int = 0
    ending: Ending | None = None


class Engine(Protocol):
    name: str

    def search(self, query: str) -> AsyncGenerator[Batch, None]:
        """Goes on for as long as batches are taken; close it to stop. Failures are endings, not exceptions."""
