"""Results as the data the search page carries in its scripts.

The shape was seen in 2025-26 pages of Google Images, without spaces, in ``var m={...}`` merged into ``window.W_jd``;
in 2020-22 the same records lay in ``AF_initDataCallback``::

    [1,[0,"<docid>",["<thumbnail>",h,w],["<picture>",HEIGHT,WIDTH],null,0,"rgb(r,g,b)",null,0,{"2000":[...],...}]]
"""

import hashlib
import json
from collections.abc import Iterator, Sequence

from tests.pictureweb.drawing import THUMBNAIL_WIDTH
from tests.pictureweb.hostile import evil_twin, mangled
from tests.pictureweb.results import Result

REPEAT_EVERY = 25  # the page names some pictures twice
ESCAPED_SLASHES_EVERY = 5
_ESCAPES = {ord("="): "\\u003d", ord("&"): "\\u0026", ord("<"): "\\u003c", ord(">"): "\\u003e", ord("'"): "\\u0027"}


def record(result: Result) -> str:
    text = _json(_fields(result)).translate(_ESCAPES)
    return text.replace("/", "\\/") if result.rank % ESCAPED_SLASHES_EVERY == 0 else text


def records_object(results: Sequence[Result], *, hostile: bool = False) -> str:
    """The JavaScript object that holds the records: one key a record, as the page has it, some records twice.

    ``hostile``: before each of them one that is not to be used, and not to cost its neighbours either.
    """
    return "{" + ",".join(f'"{key}":{text}' for key, text in _members(results, hostile=hostile)) + "}"


def inline_script(form: str, results: Sequence[Result], *, hostile: bool = False) -> str:
    """What the first page's script says, in one of the forms of ``Skin.inline``."""
    if form == "AF_initDataCallback":
        records = ",".join(text for _, text in _members(results, hostile=hostile))
        data = f'[null,[["b-GRID_STATE0",[{records}]]]]'
        return f"AF_initDataCallback({{key: 'ds:1', hash: '2', data:{data}, sideChannel: {{}}}});"
    members = records_object(results, hostile=hostile) if form else "{}"
    return f"(function(){{var m={members};window.W_jd=window.W_jd||{{}};for(var k in m)W_jd[k]=m[k];}})();"


def _members(results: Sequence[Result], *, hostile: bool) -> Iterator[tuple[str, str]]:
    for result in results:
        if hostile:
            yield _key(result, "h"), mangled(record(evil_twin(result)))
        yield _key(result, "a"), record(result)
    for result in results[::REPEAT_EVERY]:
        yield _key(result, "b"), record(result)


def _fields(result: Result) -> list[object]:
    details = {
        "2000": [None, result.site, result.file_size],
        "2001": [None, None, None, 3, 4, 1, None, None, None, 1],
        "2003": [
            *(None, result.docid[::-1], result.page_url, result.title),
            *(None, 0, None, None, None, 0, None, None, result.site.partition(".")[0].title()),
        ],
        "2008": [None, result.title],
    }
    colour = "rgb({},{},{})".format(*bytes.fromhex(result.hash[:6]))
    small = [result.thumbnail, result.thumbnail_height, THUMBNAIL_WIDTH]
    full = [result.url, result.height, result.width]
    return [1, [0, result.docid, small, full, None, 0, colour, None, 0, details]]


def _key(result: Result, turn: str) -> str:
    return hashlib.sha256(f"{result.docid}{turn}".encode()).hexdigest()[:12]


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
