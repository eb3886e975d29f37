"""What came of asking one engine, counted for the report. Pure."""

from collections import Counter
from collections.abc import Sequence

from services.scraper.engines import Batch, Ending, Engine
from services.scraper.sieve import fits
from shared.filters import Filters, in_order
from shared.images import FoundImage, Hit
from shared.searches import UNDER_WAY, Asked

MOST_BARREN = 8
"""So many batches in a row of which the filters let nothing through: there is no more to be had of this engine."""


class Tally:
    """Over all tries; `ending` and `retry_after` are those of the last."""

    def __init__(self, engine: Engine, filters: Filters) -> None:
        self._engine = engine
        self._filters = filters
        self._found = self._unusable = self._left_out = 0
        self._strategies: Counter[str] = Counter()
        self._last = Batch()
        self._barren = 0
        self.ending: Ending | None = None

    @property
    def retry_after(self) -> float | None:
        return self._last.retry_after

    def begin(self) -> None:
        """It is asked anew."""
        self.ending = None

    def sifted(self, batch: Batch) -> list[Hit]:
        """Those that the filters let through."""
        self._last = batch
        kept = [hit for hit in batch.hits if fits(hit, self._filters)]
        self._unusable += batch.unusable
        self._left_out += len(batch.hits) - len(kept)
        if batch.hits:
            self._barren = 0 if kept else self._barren + 1
        return kept

    def count(self, images: Sequence[FoundImage], *, complete: bool) -> None:
        """What was new of the batch. `complete`: nothing more is wanted of this engine."""
        self._found += len(images)
        self._strategies.update(image.strategy for image in images if image.strategy)
        self.ending = Ending.ENOUGH if complete else self._last.ending
        if self.ending is None and self._barren >= MOST_BARREN:
            self.ending = Ending.EXHAUSTED

    def asked(self) -> Asked:
        return Asked(
            self._engine.name,
            self.ending or UNDER_WAY,
            found=self._found,
            unusable=self._unusable,
            left_out=self._left_out,
            ignored=in_order(self._engine.ignored(self._filters)),
            strategies=dict(self._strategies),
        )
