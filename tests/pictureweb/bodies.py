"""What the page loads on scrolling, in the forms seen; ``Skin.later`` names them."""

import json
from collections.abc import Sequence
from typing import Any

from tests.pictureweb.records import records_object
from tests.pictureweb.results import Result

PREFIX = ")]}'\n"  # keeps other sites from running it


def with_records(results: Sequence[Result], tiles: str, *, last: bool, hostile: bool = False) -> str:
    """Records and tiles, as JSON once more."""
    return _named({"W_jd": records_object(results, hostile=hostile), "tiles": tiles, "last": last})


def with_tiles(tiles: str, *, last: bool) -> str:
    """A page that keeps its addresses to itself until a tile is opened."""
    return _named({"W_jd": "{}", "tiles": tiles, "last": last})


def as_json(results: Sequence[Result]) -> str:
    """``_fmt:json`` of 2022-26: the one form in which Google names authors."""
    return PREFIX + json.dumps({"ischj": {"metadata": [_metadata(result) for result in results]}})


def _metadata(result: Result) -> dict[str, Any]:
    return {
        "image_docid": result.docid,
        "result": {
            "referrer_url": result.page_url,
            "page_title": result.title,
            "site_title": result.site,
            "iptc": {"creator": [f"Author {result.number % 97}"], "copyright_notice": f"© {result.site}"},
        },
        "original_image": {"url": result.url, "width": result.width, "height": result.height},
        "thumbnail": {"url": result.thumbnail},
        "text_in_grid": {"snippet": result.title},
        "gsa": {"file_size": result.file_size},
    }


def _named(parts: dict[str, object]) -> str:
    return PREFIX + json.dumps(list(parts.items()), separators=(",", ":"), ensure_ascii=False)
