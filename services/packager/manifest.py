"""What the archive says about its pictures: a name for each, and a table of them. Pure."""

import csv
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from io import StringIO

from shared.strangers import url_of

MANIFEST, MANIFEST_JSON = "manifest.csv", "manifest.json"

_SLUG_LENGTH = 60
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Entry:
    """A row of the manifest: a picture in the archive. `bytes`, `width` and `height` as measured, not as told.

    `strategy` is how the engine was read. `thumbnail_only`: an engine's small copy, because the search showed no more
    or the original could not be had; `image_url` is then the original, if it is known, and `final_url` where this lay.
    """

    file: str
    sha256: str
    bytes: int
    width: int
    height: int
    mime: str
    engine: str
    rank: int
    query: str
    image_url: str
    final_url: str
    source_page_url: str | None
    source_site: str | None
    title: str | None
    creator: str | None
    creator_url: str | None
    licence: str | None
    licence_url: str | None
    attribution_text: str | None
    retrieved_at: datetime
    strategy: str | None
    thumbnail_only: bool


def slug(query: str) -> str:
    """`"Café au lait / 2026"` → `"cafe-au-lait-2026"`: safe as a file name everywhere."""
    plain = unicodedata.normalize("NFKD", query).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH].strip("-") or "picture"


def picture_name(rank: int, slug: str, sha256: str, extension: str, *, thumbnail: bool = False) -> str:
    """Who sees the files alone must not take a thumbnail for an original."""
    return f"{rank:04}_{slug}_{sha256[:8]}{'_thumbnail' if thumbnail else ''}.{extension}"


def site_of(page: str | None) -> str | None:
    """The host of a page, or None when there is none."""
    try:
        return url_of(page).host if page else None
    except ValueError:
        return None


def manifest_csv(entries: Iterable[Entry]) -> bytes:
    """In the order of the search's ranks."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(field.name for field in fields(Entry))
    for entry in _in_order(entries):
        table.writerow(map(_cell, vars(entry).values()))
    return text.getvalue().encode()


def manifest_json(entries: Iterable[Entry]) -> bytes:
    """The same as a list of objects, one a line, what strangers wrote as they wrote it."""
    rows = (json.dumps(vars(entry), ensure_ascii=False, default=datetime.isoformat) for entry in _in_order(entries))
    return "".join(("[\n", ",\n".join(rows), "\n]\n")).encode()


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.rank)


def _cell(value: object) -> object:
    """What strangers wrote must not become a formula when a spreadsheet opens it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
