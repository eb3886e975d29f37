"""Results as the data the search page carries in its scripts.

The shape was seen in 2025-26 pages of Google Images, without spaces, in ``var m={...}`` merged into ``window.W_jd``::

    [1,[0,"<docid>",["<thumbnail>",h,w],["<picture>",HEIGHT,WIDTH],null,0,"rgb(r,g,b)",null,0,{"2000":[...],...}]]
"""

import hashlib
import json
from collections.abc import Sequence

from tests.pictureweb.drawing import THUMBNAIL_WIDTH
from tests.pictureweb.results import Result

REPEAT_EVERY = 25  # the page names some pictures twice
ESCAPED_SLASHES_EVERY = 5
_ESCAPES = {ord("="): "\\u003d", ord("&"): "\\u0026", ord("<"): "\\u003c", ord(">"): "\\u003e", ord("'"): "\\u0027"}


def record(result: Result) -> str:
    text = _json(_fields(result)).translate(_ESCAPES)
    return text.replace("/", "\\/") if result.rank % ESCAPED_SLASHES_EVERY == 0 else text


def records_object(results: Sequence[Result]) -> str:
    """The JavaScript object that holds the records: one key a record, as the page has it, some records twice."""
    first = [f'"{_key(result, "a")}":{record(result)}' for result in results]
    repeated = [f'"{_key(result, "b")}":{record(result)}' for result in results[::REPEAT_EVERY]]
    return "{" + ",".join(first + repeated) + "}"


def later_batch(results: Sequence[Result], tiles: str, *, last: bool) -> str:
    """The body of the request the page makes on scrolling: everything above, as JSON once more."""
    return ")]}'\n" + _json([["W_jd", records_object(results)], ["tiles", tiles], ["last", last]])


def _fields(result: Result) -> list[object]:
    height = THUMBNAIL_WIDTH * result.height // result.width
    digest = hashlib.sha256(result.docid.encode())
    thumbnail = f"https://encrypted-tbn0.gstatic.com/images?q=tbn:ANd9Gc{digest.hexdigest()[:40]}&s"
    details = {
        "2000": [None, result.site, result.file_size],
        "2001": [None, None, None, 3, 4, 1, None, None, None, 1],
        "2003": [
            *(None, result.docid[::-1], result.page_url, result.title),
            *(None, 0, None, None, None, 0, None, None, result.site.partition(".")[0].title()),
        ],
        "2008": [None, result.title],
    }
    colour = "rgb({},{},{})".format(*digest.digest()[:3])
    full = [result.url, result.height, result.width]
    return [1, [0, result.docid, [thumbnail, height, THUMBNAIL_WIDTH], full, None, 0, colour, None, 0, details]]


def _key(result: Result, turn: str) -> str:
    return hashlib.sha256(f"{result.docid}{turn}".encode()).hexdigest()[:12]


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
