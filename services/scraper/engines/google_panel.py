"""Opening tile by tile for the pictures behind them; a tile that gives none is taken for its thumbnail."""

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from services.scraper.engines.google_tiles import Tile, panel_hit, thumbnail_hit
from shared.images import Hit

TILES_AT_ONCE = 10
"""In a batch: so many are opened, at most, beyond what is wanted."""

MISSES = 3
"""Tiles in a row whose panel gives nothing: it does not work, and the others are not opened any more."""

SECONDS = 60.0
"""For all tiles of a search together."""


@dataclass(frozen=True)
class Found:
    hits: tuple[Hit, ...] = ()
    unusable: int = 0


class Tiled(Protocol):
    async def tiles(self) -> list[Tile]: ...

    async def full_image(self, tile: Tile) -> str | None: ...


class Panel:
    """Of one search; it learns whether clicking is of any use."""

    def __init__(self) -> None:
        self._misses = 0
        self._spent = 0.0

    async def read(self, page: Tiled) -> AsyncGenerator[Found, None]:
        """The tiles that are new, in their order, a few at a time."""
        tiles = await page.tiles()
        for start in range(0, len(tiles), TILES_AT_ONCE):
            some = tiles[start : start + TILES_AT_ONCE]
            hits = [await self._opened(page, tile) or thumbnail_hit(tile) for tile in some]
            yield Found(tuple(hit for hit in hits if hit), unusable=hits.count(None))

    async def _opened(self, page: Tiled, tile: Tile) -> Hit | None:
        if self._misses >= MISSES or self._spent >= SECONDS:
            return None
        began = time.monotonic()
        picture = await page.full_image(tile)
        self._spent += time.monotonic() - began
        hit = panel_hit(tile, picture) if picture else None
        self._misses = 0 if hit else self._misses + 1
        return hit
