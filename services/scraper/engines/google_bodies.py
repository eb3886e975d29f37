"""Results in what a page of Google Images loads later on, where they are no records: pure.

Two forms, seen from 2022 to 2026. As HTML, tiles with their data in attributes: `data-ou` (picture), `data-ow`,
`data-oh`, `data-pt` (title), `data-ru` (page), `data-pu` (thumbnail). As JSON behind a line of its own, the only form
that names authors: `{"ischj": {"metadata": [{"result": …, "original_image": {"url", "width", "height"}, …}]}}`, and
likewise `{"ichunklite": {"results": [{"viewer_metadata": {"original_image": …}}]}}`.
"""

import json
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from services.scraper.engines.fields import address, number, pixels, text
from services.scraper.engines.google_records import MAX_RECORDS, Reading
from shared.images import Hit

STRATEGY = "xhr"
MAX_TAG = 20_000
"""Characters; a real one has one or two thousand."""

_MARK = "data-ou="


def read_bodies(bodies: Iterable[str]) -> Reading:
    """What is of neither form has no results here; what is broken in one costs that one."""
    reading = Reading()
    for body in bodies:
        for docid, hit in _results_in(body):
            reading.add(docid or (hit.url if hit else ""), hit)
            if len(reading.hits) >= MAX_RECORDS or reading.unusable >= MAX_RECORDS:
                return reading
    return reading


def _results_in(body: str) -> Iterator[tuple[str, Hit | None]]:
    for tile in _tiles(body):
        yield tile.get("data-docid") or "", _hit_of_tile(tile)
    if '"original_image"' in body:
        yield from ((_docid(item), _hit_of_item(item)) for item in _items(_json(body)))


def _tiles(body: str) -> Iterator[dict[str, str | None]]:
    """The attributes of each; none of one that breaks off. No character is looked at more than a few times."""
    end = 0
    while (at := body.find(_MARK, end)) >= 0:
        start = body.rfind("<", end, at)
        end = body.find(">", at) + 1 or len(body)
        tag = _Tag()
        if start >= 0 and end - start <= MAX_TAG:
            tag.feed(body[start:end])
        yield tag.attributes


class _Tag(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - of any element
        self.attributes = dict(attrs)


def _hit_of_tile(tile: dict[str, str | None]) -> Hit | None:
    if not (url := address(tile.get("data-ou"))):
        return None
    return Hit(
        url=url,
        source_page=address(tile.get("data-ru")),
        title=text(tile.get("data-pt")),
        width=pixels(number(tile.get("data-ow"))),
        height=pixels(number(tile.get("data-oh"))),
        thumbnail=address(tile.get("data-pu")),
        strategy=STRATEGY,
    )


def _json(body: str) -> Any:
    try:
        return json.loads(body[body.index("{") :])
    except (ValueError, RecursionError):
        return None


def _items(said: Any) -> list[Any]:
    match said:
        case {"ischj": {"metadata": [*items]}} | {"ichunklite": {"results": [*items]}}:
            return items
    return []


def _docid(item: Any) -> str:
    return item["image_docid"] if isinstance(item, dict) and isinstance(item.get("image_docid"), str) else ""


def _hit_of_item(item: Any) -> Hit | None:
    match item:
        case {"viewer_metadata": {"original_image": {"url": picture, **size}}}:
            said: dict[str, Any] = item["viewer_metadata"]
        case {"original_image": {"url": picture, **size}}:
            said = item
        case _:
            return None
    if not (url := address(picture)):
        return None
    about = _mapping(said.get("result"))
    return Hit(
        url=url,
        source_page=address(about.get("referrer_url")),
        title=text(about.get("page_title")),
        width=pixels(size.get("width")),
        height=pixels(size.get("height")),
        thumbnail=address(_mapping(said.get("thumbnail")).get("url")),
        creator=_creator(about),
        attribution=text(_mapping(about.get("iptc")).get("copyright_notice")),
        strategy=STRATEGY,
    )


def _creator(about: dict[str, Any]) -> str | None:
    match about.get("iptc"):
        case {"creator": [*names]}:
            return text(", ".join(name for name in names if isinstance(name, str)))
    return None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
