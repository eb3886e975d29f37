"""DuckDuckGo Images: a page that holds a token, then JSON by the hundred for whoever has it. Seen up to 2026-08.

The token depends on the query and on the `User-Agent`. A query has fewer than 500 characters.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services.scraper.engines import Ending, Query
from services.scraper.engines.fields import address, number, pixels, text
from services.scraper.engines.paged import Answer, Ask, Page, PageChangedError
from services.scraper.engines.vocabulary import COLOURS, Words, market, said, unsaid_by_market, words_with_site
from shared.filters import Filters
from shared.images import Hit

MAX_QUERY = 499
CHALLENGE = re.compile(r"""<div[^<>]*\bclass=["'][^"'<>]*anomaly-modal""")
OK, ACCEPTED = 200, 202

WORDS: Words = {
    "age": {"day": "time:Day", "week": "time:Week", "month": "time:Month", "year": "time:Year"},
    "colour": {
        "colour": "color:color",
        "black-and-white": "color:Monochrome",
        **{colour: f"color:{colour.title()}" for colour in COLOURS},
    },
    "kind": {
        "photo": "type:photo",
        "clipart": "type:clipart",
        "line-drawing": "type:line",
        "animated": "type:gif",
    },
    "orientation": {"landscape": "layout:Wide", "portrait": "layout:Tall", "square": "layout:Square"},
    "licence": {"share": "license:Share", "commercial": "license:ShareCommercially"},
}
"""Of `f`, in its order. Its sizes are classes and no minimum: left to what the results tell."""

SLOTS = ("age", "size", "colour", "kind", "orientation", "licence")

_TOKEN = re.compile(r"""vqd=["']?([0-9-]{5,200})""")


class DuckDuckGo:
    name = "duckduckgo"
    strategy = "json"
    most_a_minute: int | None = None

    def __init__(self, url: str) -> None:
        self._url = url

    def ignored(self, filters: Filters) -> frozenset[str]:
        return unsaid_by_market(filters, WORDS)

    def first(self, query: Query) -> Ask:
        """What the second request needs rides along; the first one minds no parameter but `q`."""
        filters, words = query.filters, said(query.filters, WORDS)
        language, country = market(filters) or ("en", "US")
        parameters = {
            "q": words_with_site(query.words, filters.site)[:MAX_QUERY],
            "iar": "images",
            "t": "h_",
            "l": f"{country.lower()}-{language}",
            "p": "1" if filters.safe_search else "-1",
            "f": ",".join(words.get(slot, "") for slot in SLOTS),
        }
        return Ask(f"{self._url}/", parameters)

    def read(self, ask: Ask, answer: Answer) -> Page:
        """Its refusals come with all sorts of statuses; the words of one may also be what somebody searches for."""
        if answer.status == ACCEPTED or _is_challenge(answer.text):
            return Page(ending=Ending.BLOCKED)
        if answer.status != OK:
            raise PageChangedError(f"status {answer.status}")
        if ask.number == 1:
            kept = {name: ask.parameters[name] for name in ("q", "l", "p", "f")}
            return Page(more=self._results({"o": "json", **kept, "vqd": _token_in(answer.text)}, 0, 2))
        return self._read_results(ask, json.loads(answer.text))

    def _read_results(self, ask: Ask, said: Any) -> Page:
        results = said.get("results") if isinstance(said, dict) else None
        if not isinstance(results, list):
            raise PageChangedError("no results")
        hits = [hit for result in results if (hit := _hit(result))]
        unusable = len(results) - len(hits)
        offset = _offset_in(said.get("next"))
        if results and offset is not None:
            more = self._results(ask.parameters, offset, ask.number + 1)
            return Page(tuple(hits), unusable, more=more)
        none = not results and ask.number == 2  # noqa: PLR2004 - the first was the token's
        return Page(tuple(hits), unusable, ending=Ending.NO_RESULTS if none else Ending.EXHAUSTED)

    def _results(self, parameters: Mapping[str, str], offset: int, number: int) -> Ask:
        return Ask(f"{self._url}/i.js", {**parameters, "s": str(offset)}, {"Referer": f"{self._url}/"}, number)


def _is_challenge(text: str) -> bool:
    return not text.lstrip().startswith("{") and CHALLENGE.search(text) is not None


def _token_in(page: str) -> str:
    found = _TOKEN.search(page)
    if found is None:
        raise PageChangedError("no token")
    return found[1]


def _offset_in(following: Any) -> int | None:
    """Of the next hundred, out of the address the engine gives for them."""
    if not isinstance(following, str):
        return None
    return number(parse_qs(urlsplit(following).query).get("s", [""])[0])


def _hit(result: Any) -> Hit | None:
    if not isinstance(result, dict) or not (url := address(result.get("image"))):
        return None
    return Hit(
        url=url,
        source_page=address(result.get("url")),
        title=text(result.get("title")),
        width=pixels(result.get("width")),
        height=pixels(result.get("height")),
        thumbnail=address(result.get("thumbnail")),
    )
