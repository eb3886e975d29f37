"""Openverse: openly licensed pictures from many collections, each with its credit, over an open API.

Seen in its source and live in 2025-26: without a key 20 results in a page and 20 pages at most, 20 requests a minute
and 200 a day; a query has 200 characters at most.
"""

import json
from typing import Any

from services.scraper.engines import Ending, Hit
from services.scraper.engines.fields import address, pixels, text
from services.scraper.engines.paged import Answer, Ask, Page, PageChangedError

PAGE_SIZE = 20
LAST_PAGE = 20
MAX_QUERY = 200

_PUBLIC_DOMAIN = {"cc0": "CC0", "pdm": "Public Domain Mark"}


class Openverse:
    name = "openverse"

    def __init__(self, url: str) -> None:
        self._url = url

    def first(self, query: str) -> Ask:
        return self._ask(query, 1)

    def read(self, ask: Ask, answer: Answer) -> Page:
        said = json.loads(answer.text)
        results = said.get("results") if isinstance(said, dict) else None
        if not isinstance(results, list) or not isinstance(said.get("page_count"), int):
            raise PageChangedError("no results and no page_count")
        hits = [hit for result in results if (hit := _hit(result))]
        unusable = len(results) - len(hits)
        if not results and ask.number == 1:
            return Page(ending=Ending.NO_RESULTS if said.get("result_count") == 0 else Ending.PAGE_CHANGED)
        if not results or ask.number >= min(said["page_count"], LAST_PAGE):
            return Page(tuple(hits), unusable, ending=Ending.EXHAUSTED)
        return Page(tuple(hits), unusable, more=self._ask(ask.parameters["q"], ask.number + 1))

    def _ask(self, query: str, page: int) -> Ask:
        parameters = {"q": query[:MAX_QUERY], "page": str(page), "page_size": str(PAGE_SIZE), "mature": "false"}
        return Ask(f"{self._url}/v1/images/", parameters, number=page)


def _hit(result: Any) -> Hit | None:
    if not isinstance(result, dict) or not (url := address(result.get("url"))):
        return None
    return Hit(
        url=url,
        source_page=address(result.get("foreign_landing_url")),
        title=text(result.get("title")),
        width=pixels(result.get("width")),
        height=pixels(result.get("height")),
        thumbnail=address(result.get("thumbnail")),
        licence=_licence(result.get("license"), result.get("license_version")),
        creator=text(result.get("creator")),
    )


def _licence(code: Any, version: Any) -> str | None:
    """As people write it: CC BY-SA 4.0."""
    if not isinstance(code, str) or not code:
        return None
    name = _PUBLIC_DOMAIN.get(code.lower(), f"CC {code.upper()}")
    return text(f"{name} {version}" if isinstance(version, str) and version else name)
