"""Openverse: openly licensed pictures from many collections, each with its credit, over an open API.

Seen in its source and live in 2025-26: without a key 20 results in a page and 20 pages at most, 20 requests a minute
and 200 a day; a query has 200 characters at most.
"""

import json
from collections.abc import Mapping
from typing import Any

from services.scraper.engines import Ending, Query
from services.scraper.engines.fields import address, pixels, text
from services.scraper.engines.paged import Answer, Ask, Page, PageChangedError
from services.scraper.engines.vocabulary import Words, said, unsaid
from shared.filters import Filters
from shared.images import Hit

PAGE_SIZE = 20
LAST_PAGE = 20
MAX_QUERY = 200

WORDS: Words = {
    "orientation": {"landscape": "wide", "portrait": "tall", "square": "square"},
    "kind": {"photo": "photograph", "clipart": "illustration"},
    "file_format": {"jpeg": "jpg", "png": "png", "gif": "gif", "webp": "webp"},
    "licence": {"share": "all", "commercial": "commercial"},
}
PARAMETERS = {"orientation": "aspect_ratio", "kind": "category", "file_format": "extension", "licence": "license_type"}

_PUBLIC_DOMAIN = {"cc0": "CC0", "pdm": "Public Domain Mark"}


class Openverse:
    name = "openverse"
    strategy = "api"
    most_a_minute: int | None = 20

    def __init__(self, url: str) -> None:
        self._url = url

    def ignored(self, filters: Filters) -> frozenset[str]:
        return unsaid(filters, WORDS, known=("safe_search",))

    def first(self, query: Query) -> Ask:
        words = said(query.filters, WORDS)
        parameters = {
            "q": query.words[:MAX_QUERY],
            "page_size": str(PAGE_SIZE),
            "mature": "false" if query.filters.safe_search else "true",
            **{PARAMETERS[name]: word for name, word in words.items()},
        }
        return self._ask(parameters, 1)

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
        return Page(tuple(hits), unusable, more=self._ask(ask.parameters, ask.number + 1))

    def _ask(self, parameters: Mapping[str, str], page: int) -> Ask:
        return Ask(f"{self._url}/v1/images/", {**parameters, "page": str(page)}, number=page)


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
        licence_url=address(result.get("license_url")),
        creator=text(result.get("creator")),
        creator_url=address(result.get("creator_url")),
        attribution=text(result.get("attribution")),
    )


def _licence(code: Any, version: Any) -> str | None:
    """As people write it: CC BY-SA 4.0."""
    if not isinstance(code, str) or not code:
        return None
    name = _PUBLIC_DOMAIN.get(code.lower(), f"CC {code.upper()}")
    return text(f"{name} {version}" if isinstance(version, str) and version else name)
