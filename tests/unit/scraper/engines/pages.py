"""One page of each engine, as it was seen in 2026, around results that a test chooses."""

import json
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from services.scraper.engines import Query
from services.scraper.engines.bing import Bing
from services.scraper.engines.commons import Commons
from services.scraper.engines.duckduckgo import DuckDuckGo
from services.scraper.engines.openverse import Openverse
from services.scraper.engines.paged import Answer, Ask, Page, Site
from shared.filters import Filters

BASE = "https://engine.example"
SITES: dict[str, Site] = {site.name: site for site in (Bing(BASE), DuckDuckGo(BASE), Openverse(BASE), Commons(BASE))}
"""All of them read without asking anybody."""


@dataclass(frozen=True)
class Result:
    url: Any = "https://pictures.example/panda.jpg"
    page: Any = "https://site.example/pandas"
    title: Any = "A red panda"
    width: Any = 800
    height: Any = 600
    thumbnail: Any = "https://thumbnails.example/7"
    creator: Any = "Jo"


def body(engine: str, *results: Result) -> str:
    return {"bing": _bing, "duckduckgo": _duckduckgo, "openverse": _openverse, "commons": _commons}[engine](results)


def ask_of(engine: str, words: str = "red pandas", filters: Filters | None = None) -> Ask:
    """What leads to a page of results: DuckDuckGo's first answer only holds a token."""
    site = SITES[engine]
    ask = site.first(Query(words, filters or Filters()))
    if engine != "duckduckgo":
        return ask
    more = site.read(ask, Answer(200, BASE, '<script>vqd="4-123456789"</script>')).more
    assert more is not None
    return more


def read(engine: str, text: str, status: int = 200, address: str = f"{BASE}/images/async") -> Page:
    return SITES[engine].read(ask_of(engine), Answer(status, address, text))


def _bing(results: tuple[Result, ...]) -> str:
    return "<ul>" + "".join(map(_tile, results)) + "</ul>"


def _tile(result: Result) -> str:
    data = {"purl": result.page, "murl": result.url, "turl": result.thumbnail, "t": result.title}
    size = urlencode({"expw": result.width, "exph": result.height}, errors="replace")
    return f'<li><a class="iusc" m="{escape(json.dumps(data))}" href="/images/search?{escape(size)}"></a></li>'


def _duckduckgo(results: tuple[Result, ...]) -> str:
    said = [
        {
            "title": r.title,
            "image": r.url,
            "thumbnail": r.thumbnail,
            "url": r.page,
            "width": r.width,
            "height": r.height,
        }
        for r in results
    ]
    return json.dumps({"results": said})


def _openverse(results: tuple[Result, ...]) -> str:
    said = [
        {
            "url": r.url,
            "foreign_landing_url": r.page,
            "title": r.title,
            "width": r.width,
            "height": r.height,
            "thumbnail": r.thumbnail,
            "creator": r.creator,
            "license": "by-nc",
            "license_version": "4.0",
            "license_url": "https://licences.example/by-nc",
            "attribution": "by Jo",
        }
        for r in results
    ]
    return json.dumps({"result_count": len(said), "page_count": 1, "results": said})


def _commons(results: tuple[Result, ...]) -> str:
    return json.dumps({"batchcomplete": True, "query": {"pages": [_file(*each) for each in enumerate(results)]}})


def _file(index: int, result: Result) -> dict[str, Any]:
    said = {"LicenseShortName": "CC BY 4.0", "Artist": f"<b>{result.creator}</b>"}
    info = {
        "url": result.url,
        "descriptionurl": result.page,
        "thumburl": result.thumbnail,
        "width": result.width,
        "height": result.height,
        "mime": "image/jpeg",
        "extmetadata": {name: {"value": value} for name, value in said.items()},
    }
    title = f"File:{result.title}.jpg" if isinstance(result.title, str) else result.title
    return {"title": title, "index": index, "imageinfo": [info]}
