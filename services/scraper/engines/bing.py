"""Bing Images: the batches of HTML its page loads on scrolling. Seen in captures up to 2026-10.

Each result is an `a.iusc` whose attribute `m` holds JSON: `murl` the picture, `purl` its page, `turl` the thumbnail,
`t` the title. Its `href` says the size, `expw` and `exph`.
"""

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services.scraper.engines import Ending, Query
from services.scraper.engines.fields import address, number, pixels, text
from services.scraper.engines.paged import Answer, Ask, Page, PageChangedError
from services.scraper.engines.vocabulary import COLOURS, Words, market, said, unsaid_by_market, words_with_site
from shared.filters import Filters
from shared.images import Hit

PAGE_SIZE = 35
TILE, DATA = "iusc", "m"
NO_RESULTS = ("There are no results for",)
CHALLENGES = ("/challenge", "/turing")
CAPTCHA = re.compile(r"""<form[^<>]*\bid=["']?captchaform""")
"""The element: its name alone may be what somebody searches for."""

WORDS: Words = {
    "orientation": {"landscape": "aspect-wide", "portrait": "aspect-tall", "square": "aspect-square"},
    "colour": {
        "colour": "color2-color",
        "black-and-white": "color2-bw",
        "transparent": "photo-transparent",
        **{colour: f"color2-FGcls_{colour.upper()}" for colour in COLOURS},
    },
    "kind": {
        "photo": "photo-photo",
        "face": "face-face",
        "clipart": "photo-clipart",
        "line-drawing": "photo-linedrawing",
        "animated": "photo-animatedgif",
    },
    "licence": {"share": "license-L2_L3_L4_L5_L6_L7", "commercial": "license-L2_L3_L4"},
    "age": {"day": "age-lt1440", "week": "age-lt10080", "month": "age-lt43200", "year": "age-lt525600"},
}
"""Of `qft`, read in public code in 2026. Its sizes are classes and no minimum: left to what the results tell."""


class Bing:
    name = "bing"
    strategy = "tiles"
    most_a_minute: int | None = None

    def __init__(self, url: str) -> None:
        self._url = url

    def ignored(self, filters: Filters) -> frozenset[str]:
        return unsaid_by_market(filters, WORDS)

    def first(self, query: Query) -> Ask:
        filters = query.filters
        parameters = {
            "q": words_with_site(query.words, filters.site),
            "async": "1",
            "count": str(PAGE_SIZE),
            "adlt": "strict" if filters.safe_search else "off",
        }
        if words := said(filters, WORDS):
            parameters["qft"] = "".join(f"+filterui:{word}" for word in words.values())
        if both := market(filters):
            parameters["mkt"] = "-".join(both)
        return self._ask(parameters, 1)

    def read(self, ask: Ask, answer: Answer) -> Page:
        """An empty page is the end; as the first it says nothing, and so is not to be trusted."""
        tiles = _tiles_in(answer.text)
        hits = [hit for tile in tiles if (hit := _hit(*tile))]
        if tiles:
            more = self._ask(ask.parameters, ask.number + 1)
            return Page(tuple(hits), len(tiles) - len(hits), more=more)
        if urlsplit(answer.address).path.startswith(CHALLENGES) or CAPTCHA.search(answer.text):
            return Page(ending=Ending.BLOCKED)
        if any(words in answer.text for words in NO_RESULTS):
            return Page(ending=Ending.NO_RESULTS)
        if ask.number == 1:
            raise PageChangedError("neither results nor a word that there are none")
        return Page(ending=Ending.EXHAUSTED)

    def _ask(self, parameters: Mapping[str, str], number: int) -> Ask:
        first = {"first": str((number - 1) * PAGE_SIZE + 1)}
        return Ask(f"{self._url}/images/async", {**parameters, **first}, number=number)


class _Tiles(HTMLParser):
    """Attributes come with their entities already read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "a" and TILE in (said.get("class") or "").split() and said.get(DATA):
            self.found.append((said[DATA] or "", said.get("href") or ""))


def _tiles_in(page: str) -> list[tuple[str, str]]:
    tiles = _Tiles()
    tiles.feed(page)
    tiles.close()
    return tiles.found


def _hit(data: str, href: str) -> Hit | None:
    said = _object(data)
    url = address(said.get("murl"))
    if url is None:
        return None
    size = _query_of(href)
    return Hit(
        url=url,
        source_page=address(said.get("purl")),
        title=text(said.get("t")),
        width=pixels(number(size.get("expw"))),
        height=pixels(number(size.get("exph"))),
        thumbnail=address(said.get("turl")),
    )


def _object(data: str) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _query_of(href: str) -> dict[str, str]:
    try:
        return {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
    except ValueError:
        return {}
