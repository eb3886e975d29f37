"""The results that a page of Google Images carries as data: pure, from text to hits.

Shape seen in 2025 and 2026, in a script of the page and, JSON-encoded once more, in what it loads on scrolling::

    [0,"<docid>",["<thumbnail>",h,w],["<picture>",HEIGHT,WIDTH],null,0,"rgb(…)",null,0,
     {"2000":[null,"<site>","<size>"],"2003":[null,"…","<page>","<title>",…]}]
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from json import JSONDecoder
from typing import Any

from services.scraper.engines.fields import address, pixels, text
from shared.images import Hit

MAX_RECORDS = 5_000
"""Of one page. A search ends at about a thousand results; whatever is beyond was made to hurt."""

MAX_BROKEN = 1_000

_START = re.compile(r'\[0,"(?P<docid>[^"\\]{1,200})",\["http')
_ENCODED_START = re.compile(r'\[0,\\"[^"\\]{1,200}\\",\[\\"http')
_REST_OF_STRING = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_decoder = JSONDecoder()


@dataclass
class Reading:
    """Hits by the engine's own id of the document, in the order of the page, and how many records were of no use."""

    hits: dict[str, Hit] = field(default_factory=dict)
    unusable: int = 0

    def add(self, docid: str, hit: Hit | None) -> None:
        """A document named again fills what is missing."""
        if hit is None:
            self.unusable += 1
        else:
            self.hits[docid] = _joined(self.hits[docid], hit) if docid in self.hits else hit

    def take(self, other: "Reading") -> "Reading":
        for docid, hit in other.hits.items():
            self.add(docid, hit)
        self.unusable += other.unusable
        return self


def read_records(texts: Iterable[str], strategy: str | None = None) -> Reading:
    """All records in scripts or in bodies of later requests. Broken ones are counted and passed over."""
    reading, broken = Reading(), 0
    for script in texts:
        for docid, record in _records_in(script):
            if record is None:
                broken += 1
            reading.add(docid, None if record is None else _hit(record, strategy))
            if len(reading.hits) >= MAX_RECORDS or broken >= MAX_BROKEN:
                return reading
    return reading


def _records_in(text: str) -> Iterator[tuple[str, Any]]:
    yield from _plain_records(text)
    at = 0
    while start := _ENCODED_START.search(text, at):
        rest = _REST_OF_STRING.match(text, start.start())
        assert rest is not None  # noqa: S101 - it matches the empty string too
        yield from _plain_records(_decoded(rest.group()))
        at = rest.end()


def _plain_records(text: str) -> Iterator[tuple[str, Any]]:
    """`(docid, record)`, the record None where it is not JSON. The decoder itself finds the closing bracket."""
    at = 0
    while start := _START.search(text, at):
        try:
            record, at = _decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            record, at = None, start.end()
        yield start["docid"], record


def _decoded(string: str) -> str:
    """One level of JSON string escapes taken off; forgiving, so that one bad escape does not cost a batch."""
    return _ESCAPE.sub(lambda found: _character(found[1], found[2]), string)


def _character(code: str | None, short: str) -> str:
    return chr(int(code, 16)) if code else _SHORT_ESCAPES.get(short, short)


def _hit(record: Any, strategy: str | None) -> Hit | None:
    """None when it has no picture address we may use: `data:`, `javascript:`, and what is no address at all."""
    match record:
        case [0, str(), [thumbnail, *_], [picture, height, width, *_], *rest] if url := address(picture):
            return Hit(
                url=url,
                source_page=address(_detail(rest, "2003", 2)),
                title=text(_detail(rest, "2003", 3)),
                width=pixels(width),
                height=pixels(height),
                thumbnail=address(thumbnail),
                strategy=strategy,
            )
    return None


def _detail(rest: list[Any], key: str, position: int) -> Any:
    for part in rest:
        match part:
            case dict() if isinstance(values := part.get(key), list) and len(values) > position:
                return values[position]
    return None


def _joined(first: Hit, again: Hit) -> Hit:
    return replace(again, **{name: value for name, value in vars(first).items() if value is not None})
