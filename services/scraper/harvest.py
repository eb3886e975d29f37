"""What one search has found so far, over all engines: pure."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from math import ceil

from services.scraper.engines import Ending, Hit
from services.scraper.sameness import sameness
from shared.errors import Reason, RunError
from shared.images import FoundImage
from shared.searches import NOT_ASKED


def wanted(images: int, spares: float) -> int:
    """How many addresses to look for: some will turn out to be no pictures."""
    return ceil(round(images * (1 + spares), 6))


class Harvest:
    """Ranked from 1, every picture once, never more than wanted."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._known: set[str] = set()

    @property
    def found(self) -> int:
        return len(self._known)

    @property
    def complete(self) -> bool:
        return self.found >= self._wanted

    def go_on_from(self, stored: Iterable[FoundImage]) -> None:
        """Count what an earlier run has found."""
        self._known.update(sameness(image.url) for image in stored)

    def take(self, engine: str, hits: Iterable[Hit]) -> list[FoundImage]:
        """Those of `hits` that are new and still wanted."""
        taken = []
        for hit in hits:
            if self.complete:
                break
            if (same := sameness(hit.url)) not in self._known:
                self._known.add(same)
                taken.append(FoundImage(rank=self.found, engine=engine, **asdict(hit)))
        return taken


def failure(endings: Collection[str], *, asked: int, found: int, found_before: int = 0) -> RunError | None:
    """Why the run cannot count as a search, or None. Fewer than asked is no failure; a browser lost halfway is.

    Unless an earlier run had found some already: then what there is by now is better than nothing. That there are no
    pictures is believed only when every engine says so.
    """
    if Ending.ENOUGH in endings or found >= asked:
        return None
    if Ending.BROKEN in endings and not found_before:
        return RunError(Reason.SEARCH_FAILED, retryable=True)
    if found:
        return None
    if Ending.BLOCKED in endings or NOT_ASKED in endings:
        return RunError(Reason.BLOCKED, retryable=True)
    if Ending.PAGE_CHANGED in endings:
        return RunError(Reason.PAGE_CHANGED, retryable=False)  # the next run would read the same page
    return RunError(Reason.NO_RESULTS, retryable=False)
