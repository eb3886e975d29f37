"""What the tiles of a page of Google Images give, where nothing better does: pure, from what was seen to hits."""

import base64
import binascii
from dataclasses import dataclass, replace

from services.scraper.engines.fields import address, text
from shared.images import LONGEST_INLINE, Hit

SMALLEST_PICTURE = 100
"""Bytes; what keeps the place of a thumbnail that is still to come takes fewer."""

_MAGIC = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF8", "webp": b"RIFF"}


@dataclass(frozen=True)
class Tile:
    """`key`: what it is found by again. `page`, `thumbnail`: addresses as they stand there, "" for none."""

    key: str
    title: str
    page: str
    thumbnail: str


def panel_hit(tile: Tile, picture: str) -> Hit | None:
    """Of a tile that was opened, and the address of the picture beside it then."""
    url = address(picture)
    return _hit(tile, url, "panel") if url else None


def thumbnail_hit(tile: Tile) -> Hit | None:
    """The last resort; never to be passed off as the picture itself."""
    url = address(tile.thumbnail) or _whole_data(tile.thumbnail)
    return replace(_hit(tile, url, "thumbnail"), thumbnail_only=True) if url else None


def _hit(tile: Tile, url: str, strategy: str) -> Hit:
    return Hit(
        url=url,
        source_page=address(tile.page),
        title=text(tile.title),
        thumbnail=address(tile.thumbnail),
        strategy=strategy,
    )


def _whole_data(value: str) -> str | None:
    """A `data:` address that holds a picture of the kind it names."""
    head, comma, body = value.partition(",")
    kind = head.removeprefix("data:image/").removesuffix(";base64")
    if not comma or head != f"data:image/{kind};base64" or kind not in _MAGIC or len(value) > LONGEST_INLINE:
        return None
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if len(data) >= SMALLEST_PICTURE and data.startswith(_MAGIC[kind]) else None
