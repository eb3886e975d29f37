"""One search as the browser gets it: the page, and the batches that it loads on scrolling."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from tests.pictureweb import bodies, consent
from tests.pictureweb.addresses import picture_addresses
from tests.pictureweb.gates import GATES
from tests.pictureweb.markup import Markups
from tests.pictureweb.records import inline_script
from tests.pictureweb.results import Result, batch
from tests.pictureweb.skins import SKINS, Skin
from tests.pictureweb.wishes import Wish

LATER_BATCH_MS = (100, 300)


@dataclass(frozen=True)
class ResultPages:
    markups: Markups
    wish: Wish
    port: int

    @property
    def _skin(self) -> Skin:
        return SKINS[self.wish.skin]

    def first(self, request: web.Request) -> str:
        results, wish = self._results(0), self.wish
        q, last = request.query.get("q", ""), wish.results <= wish.batch
        return self.markups.page(
            "results.html",
            q=q,
            skin=self._skin,
            tile=self._skin.tile,
            results=results,
            inline=Markup(inline_script(self._skin.inline, results, hostile=wish.hostile)),  # noqa: S704 - our own
            state=self._state(q, last=last),
            last=last,
            silent=wish.silent,
            empty=wish.empty,
            over=self._over(request),
            here=str(request.url),
            hosts=picture_addresses(self.port),  # nothing of Google's own is asked for
        )

    def _state(self, q: str, *, last: bool) -> dict[str, object]:
        """What the page's own scripts go by."""
        wish = self.wish
        loading = {"later": self._skin.later, "next": wish.batch, "batch": wish.batch, "last": last}
        return {"q": q, **loading, "silent": wish.silent, "stale": wish.stale}

    def _over(self, request: web.Request) -> str:
        gate = GATES.get(self.wish.gate)
        return "" if gate is None or (gate.asks and consent.given(request)) else gate.over

    async def later(self, start: int) -> web.Response:
        await asyncio.sleep(_later_ms(self.wish.words, start) / 1000)
        if self._skin.later == "html":
            return web.Response(text=self._tiles(self._results(start)), content_type="text/html")
        return web.Response(text=self._later_json(start), content_type="application/json")

    def _later_json(self, start: int) -> str:
        results, last = self._results(start), start + self.wish.batch >= self.wish.results
        match self._skin.later:
            case "json":
                return bodies.as_json(results)
            case "tiles":
                return bodies.with_tiles(self._tiles(results), last=last)
            case _:
                return bodies.with_records(results, self._tiles(results), last=last, hostile=self.wish.hostile)

    def _tiles(self, results: Sequence[Result]) -> str:
        tile = "tile-2020-async.html" if self._skin.later == "html" else self._skin.tile
        return self.markups.page("tiles.html", tile=tile, results=results)

    def _results(self, start: int) -> list[Result]:
        return [] if self.wish.empty else batch(self.wish, start, self.port)


def _later_ms(words: str, start: int) -> int:
    low, high = LATER_BATCH_MS
    return low + int.from_bytes(hashlib.sha256(f"{words}{start}".encode()).digest()[:2]) % (high - low)
