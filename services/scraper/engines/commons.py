"""Wikimedia Commons: freely licensed files, each with its author and licence, over the API of MediaWiki.

Shape of its answers in format version 2; fifty files in a page. Who asks has to say who they are (`User-Agent`).
"""

import json
from math import isqrt
from typing import Any

from services.scraper.engines import Ending, Query
from services.scraper.engines.fields import address, pixels, text, text_of_html
from services.scraper.engines.paged import Answer, Ask, Page, PageChangedError
from services.scraper.engines.vocabulary import Words, said, unsaid
from shared.filters import Filters, MinimumSize
from shared.images import Hit

PAGE_SIZE = 50
THUMBNAIL_WIDTH = 640
KEPT = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})
"""It also has scans as TIFF and DjVu by the thousand."""


WORDS: Words = {
    "minimum_size": {
        # The square root of width times height.
        size.value: f"fileres:>{isqrt(size.pixels) - 1}"
        for size in MinimumSize
        if size.pixels
    },
    "file_format": {
        "jpeg": "filemime:image/jpeg",
        "png": "filemime:image/png",
        "gif": "filemime:image/gif",
        "webp": "filemime:image/webp",
    },
}
"""Words of its search, CirrusSearch. All of its files may be shared and used commercially."""


class Commons:
    name = "commons"
    strategy = "api"
    most_a_minute: int | None = None

    def __init__(self, url: str) -> None:
        self._url = url

    def ignored(self, filters: Filters) -> frozenset[str]:
        """It has no safe search."""
        return unsaid(filters, WORDS, known=("licence",))

    def first(self, query: Query) -> Ask:
        return self._ask(" ".join(["filetype:bitmap", *said(query.filters, WORDS).values(), query.words]), 0)

    def read(self, ask: Ask, answer: Answer) -> Page:
        said = json.loads(answer.text)
        if not isinstance(said, dict):
            raise PageChangedError("no object")
        if "error" in said:
            return Page(ending=_ending_of(said["error"]))
        files = _files(said)
        hits = [hit for file in files if (hit := _hit(file))]
        unusable = len(files) - len(hits)
        offset = _next_offset(said)
        if offset is not None and files:
            return Page(tuple(hits), unusable, more=self._ask(ask.parameters["gsrsearch"], offset, ask.number + 1))
        return Page(tuple(hits), unusable, ending=Ending.EXHAUSTED if files or ask.number > 1 else Ending.NO_RESULTS)

    def _ask(self, words: str, offset: int, number: int = 1) -> Ask:
        parameters = {
            "action": "query",
            "format": "json",
            "formatversion": "2",
            "generator": "search",
            "gsrnamespace": "6",
            "gsrsearch": words,
            "gsrlimit": str(PAGE_SIZE),
            "gsroffset": str(offset),
            "prop": "imageinfo",
            "iiprop": "url|size|mime|extmetadata",
            "iiurlwidth": str(THUMBNAIL_WIDTH),
        }
        return Ask(f"{self._url}/w/api.php", parameters, number=number)


def _ending_of(error: Any) -> Ending:
    code = error.get("code") if isinstance(error, dict) else None
    if code in ("ratelimited", "blocked"):
        return Ending.BLOCKED
    return Ending.BROKEN if code in ("maxlag", "readonly", "internal_api_error") else Ending.PAGE_CHANGED


def _files(said: dict[str, Any]) -> list[dict[str, Any]]:
    """In the engine's order. No word of `query` at all, but that it is complete, is how it says that there are none."""
    if "query" not in said:
        if said.get("batchcomplete") is None:
            raise PageChangedError("neither query nor batchcomplete")
        return []
    pages = said["query"].get("pages") if isinstance(said["query"], dict) else None
    if not isinstance(pages, list):
        raise PageChangedError("no pages")
    files = [page for page in pages if isinstance(page, dict)]
    return sorted(files, key=lambda page: page["index"] if isinstance(page.get("index"), int) else len(pages))


def _next_offset(said: dict[str, Any]) -> int | None:
    more = said.get("continue")
    offset = more.get("gsroffset") if isinstance(more, dict) else None
    return offset if isinstance(offset, int) and offset > 0 else None


def _hit(file: dict[str, Any]) -> Hit | None:
    infos = file.get("imageinfo")
    info = infos[0] if isinstance(infos, list) and infos else None
    if not isinstance(info, dict) or info.get("mime") not in KEPT:
        return None
    url = address(info.get("url"))
    if url is None:
        return None
    said = info.get("extmetadata")
    metadata = said if isinstance(said, dict) else {}
    return Hit(
        url=url,
        source_page=address(info.get("descriptionurl")),
        title=_title(file.get("title")),
        width=pixels(info.get("width")),
        height=pixels(info.get("height")),
        thumbnail=address(info.get("thumburl")),
        licence=text(_value(metadata, "LicenseShortName")),
        licence_url=address(_value(metadata, "LicenseUrl")),
        creator=text_of_html(_value(metadata, "Artist") or _value(metadata, "Credit")),
        attribution=text_of_html(_value(metadata, "Attribution")),
    )


def _title(name: Any) -> str | None:
    """`File:Red panda.jpg` is about a red panda."""
    if not isinstance(name, str):
        return None
    return text(name.removeprefix("File:").rpartition(".")[0] or name)


def _value(metadata: dict[str, Any], name: str) -> Any:
    entry = metadata.get(name)
    return entry.get("value") if isinstance(entry, dict) else None
