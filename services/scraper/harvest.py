"""What one search has found so far, over all engines: pure."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from math import ceil

from services.scraper.engines import Ending
from services.scraper.sameness import sameness
from shared.errors import Reason, RunError
from shared.images import FoundImage, Hit
from shared.searches import NOT_ASKED, Asked


def wanted(images: int, spares: float) -> int:
    """How many addresses to look for: some will turn out to be no pictures."""
    return ceil(round(images * (1 + spares), 6))


class Harvest:
    """Ranked from 1, every picture once, never more than wanted.

    Thumbnails are held back: they are taken when no engine has anything better.
    """

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._known: set[str] = set()
        self._held_back: dict[str, tuple[str, Hit]] = {}

    @property
    def found(self) -> int:
        return len(self._known)

    @property
    def complete(self) -> bool:
        return self.found >= self._wanted

    @property
    def would_do(self) -> bool:
        """With the thumbnails there would be enough: so the engine has given what can be wanted of it."""
        return self.found + len(self._held_back) >= self._wanted

    def go_on_from(self, stored: Iterable[FoundImage]) -> None:
        """Count what an earlier run has found."""
        self._known.update(sameness(image.url) for image in stored)

    def take(self, engine: str, hits: Iterable[Hit]) -> list[FoundImage]:
        """Those of `hits` that are new and still wanted."""
        taken = []
        for hit in hits:
            if self.complete:
                break
            if (same := sameness(hit.url)) in self._known:
                continue
            if hit.thumbnail_only:
                self._held_back.setdefault(same, (engine, hit))
            else:
                taken.append(self._take(same, engine, hit))
        return taken

    def take_thumbnails(self) -> list[FoundImage]:
        """As many of those held back as are still wanted."""
        held_back = [(same, *held) for same, held in self._held_back.items() if same not in self._known]
        self._held_back.clear()
        return [self._take(*held) for held in held_back[: max(0, self._wanted - self.found)]]

    def _take(self, same: str, engine: str, hit: Hit) -> FoundImage:
        self._known.add(same)
        return FoundImage(rank=self.found, engine=engine, **asdict(hit))


def failure(asked: Collection[Asked], *, images: int, found: int, found_before: int = 0) -> RunError | None:
    """Why the run cannot count as a search, or None. Fewer than asked is no failure; a browser lost halfway is.

    Unless an earlier run had found some already: then what there is by now is better than nothing. That there are no
    pictures is believed only when every engine says so.
    """
    endings = {one.ending for one in asked}
    if Ending.ENOUGH in endings or found >= images:
        return None
    if Ending.BROKEN in endings and not found_before:
        return RunError(Reason.SEARCH_FAILED, retryable=True)
    if found:
        return None
    if Ending.BLOCKED in endings or NOT_ASKED in endings:
        return RunError(Reason.BLOCKED, retryable=True)
    if Ending.PAGE_CHANGED in endings:
        return RunError(Reason.PAGE_CHANGED, retryable=False)  # the next run would read the same page
    left_out = any(one.left_out for one in asked)
    return RunError(Reason.NOTHING_FITS if left_out else Reason.NO_RESULTS, retryable=False)
