"""DuckDuckGo Images: a page that holds a token, then JSON by the hundred for whoever has it. Seen up to 2026-08.

The token depends on the query and on the `User-Agent`. A query has fewer than 500 characters.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services.scraper.engines import Ending, Hit
from services.scraper.engines.fields import address, number, pixels, text
from services.scraper.engines.paged import Answer, Ask, Page, PageChangedError

MAX_QUERY = 499
CHALLENGE = "anomaly-modal"
OK = 200

_TOKEN = re.compile(r"""vqd=["']?([0-9-]{5,200})""")


class DuckDuckGo:
    name = "duckduckgo"

    def __init__(self, url: str) -> None:
        self._url = url

    def first(self, query: str) -> Ask:
        return Ask(f"{self._url}/", {"q": query[:MAX_QUERY], "iar": "images", "t": "h_"})

    def read(self, ask: Ask, answer: Answer) -> Page:
        if answer.status != OK or CHALLENGE in answer.text:
            return Page(ending=Ending.BLOCKED)
        if ask.number == 1:
            return Page(more=self._results(ask.parameters["q"], _token_in(answer.text), 0, 2))
        return self._read_results(ask, json.loads(answer.text))

    def _read_results(self, ask: Ask, said: Any) -> Page:
        results = said.get("results") if isinstance(said, dict) else None
        if not isinstance(results, list):
            raise PageChangedError("no results")
        hits = [hit for result in results if (hit := _hit(result))]
        unusable = len(results) - len(hits)
        offset = _offset_in(said.get("next"))
        if results and offset is not None:
            more = self._results(ask.parameters["q"], ask.parameters["vqd"], offset, ask.number + 1)
            return Page(tuple(hits), unusable, more=more)
        none = not results and ask.number == 2  # noqa: PLR2004 - the first was the token's
        return Page(tuple(hits), unusable, ending=Ending.NO_RESULTS if none else Ending.EXHAUSTED)

    def _results(self, query: str, token: str, offset: int, number: int) -> Ask:
        parameters = {"o": "json", "q": query, "l": "us-en", "vqd": token, "p": "1", "f": ",,,", "s": str(offset)}
        return Ask(f"{self._url}/i.js", parameters, {"Referer": f"{self._url}/"}, number)


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
