"""The result page of Google Images in a window: what it says, and what one may do to it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from services.scraper.engines import google_signs as signs
from services.scraper.engines.google_tiles import Tile
from services.scraper.windows import Window
from shared.images import LONGEST_INLINE

SETTLE_SECONDS = 15.0
MAX_CHARACTERS = 8_000_000
"""Of data taken from one page; a real one has a quarter of a million."""

MAX_TILES = 2_000
MAX_LINKS = 2_000


@dataclass(frozen=True)
class Pace:
    """`quiet`: no request under way and no new height for so many seconds: nothing more is coming.

    `tile`: how long a tile that was opened may take to show its picture, if it opens anything at all.
    """

    quiet: float = 1.5
    tile: float = 5.0


@dataclass(frozen=True)
class Look:
    """What a page says. `stub`: its source when that is very short. `scripts`, `bodies`: what is new of its data.

    `scripts` are those of the document that carry records, `bodies` what it has loaded since. `retry_after`: the header
    of a refusal, or "".
    """

    address: str
    status: int
    stub: str
    asks: bool
    nothing: bool
    ended: bool
    refused: bool
    retry_after: str
    scripts: tuple[str, ...]
    bodies: tuple[str, ...]


class ResultPage:
    """One search in one window. Every look is at what is new."""

    def __init__(self, window: Window, pace: Pace) -> None:
        self._window = window
        self._pace = pace

    async def open(self, address: str) -> Look:
        await self._window.open(address)
        return await self._past_consent(self._look)

    async def more(self) -> Look:
        """Scroll to the end, and look when something new has come or nothing will."""
        return await self._past_consent(self._scroll_and_look)

    async def links(self) -> list[str]:
        """The addresses of `/imgres` links that were not there the last time; each names a result."""
        return list(await self._window.run(_script("google_links.js"), signs.texts(signs.IMGRES), MAX_LINKS))

    async def tiles(self) -> list[Tile]:
        """Those that were not there the last time."""
        return [Tile(**tile) for tile in await self._window.run(_script("google_tiles.js"), _TILE_SIGNS, "list")]

    async def full_image(self, tile: Tile) -> str | None:
        """The address that a click on the tile brings up; None when none comes in time, or the tile is gone."""
        script = _script("google_tiles.js")
        if not await self._window.run(script, _TILE_SIGNS, "open", tile.key):
            return None
        known = {**_TILE_SIGNS, "quiet_ms": self._pace.quiet * 1_000}
        found: str | None = await self._window.until(script, known, "look", tile.key, seconds=self._pace.tile)
        if found is None:
            await self._window.run(script, _TILE_SIGNS, "close")
        return found or None

    async def source(self) -> str:
        return str(await self._window.run(_script("google_source.js"), MAX_CHARACTERS))

    async def picture(self) -> bytes:
        return await self._window.screenshot()

    async def _past_consent(self, look: Callable[[bool], Awaitable[Look]]) -> Look:
        """A question for consent may come at any time; the answer is no, once."""
        seen = await look(False)
        if seen.asks:
            await self._window.run(_script("google_reject.js"), _REJECT_ALL, signs.texts(signs.CONSENT_FRAME))
            seen = await look(True)
        return seen

    async def _scroll_and_look(self, answered: bool) -> Look:
        await self._window.run(_script("google_more.js"), signs.texts(signs.SHOW_MORE))
        return await self._look(answered)

    async def _look(self, answered: bool) -> Look:
        known = {**_LOOK_SIGNS, "quiet_ms": self._pace.quiet * 1_000}
        script = _script("google_look.js")
        seen = await self._window.until(script, known, answered, seconds=SETTLE_SECONDS, arriving=answered)
        if seen is None:
            seen = await self._window.run(script, {**known, "at_once": True}, answered)
        return Look(**{**seen, "scripts": tuple(seen["scripts"]), "bodies": tuple(seen["bodies"])})


def watch_script() -> str:
    """For every document, before its own scripts: keeps what is loaded on scrolling."""
    return _script("google_watch.js")


@cache
def _script(name: str) -> str:
    return files(__package__).joinpath(name).read_text()


_REJECT_ALL = signs.texts(signs.REJECT_ALL)

_LOOK_SIGNS: dict[str, Any] = {
    "reject_all": _REJECT_ALL,
    "consent_frame": signs.texts(signs.CONSENT_FRAME),
    "captcha": signs.texts(signs.CAPTCHA),
    "unusual": signs.texts(signs.UNUSUAL),
    "no_results": signs.texts(signs.NO_RESULTS),
    "end_at": signs.texts(signs.END_AT),
    "end": signs.texts(signs.END),
    "imgres": signs.texts(signs.IMGRES),
    "tile_images": signs.texts(signs.TILE_IMAGES),
    "max_characters": MAX_CHARACTERS,
}
_TILE_SIGNS: dict[str, Any] = {
    "images": signs.texts(signs.TILE_IMAGES),
    "not_in": signs.texts(signs.ADVERTISEMENT + signs.FULL_IMAGES),
    "smallest": signs.SMALLEST,
    "full": signs.texts(signs.FULL_IMAGES),
    "thumbnail_host": signs.THUMBNAIL_HOST,
    "close": signs.texts(signs.CLOSE),
    "max_data": LONGEST_INLINE,
    "max_tiles": MAX_TILES,
    "max_characters": MAX_CHARACTERS,
}
