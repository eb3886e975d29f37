"""What the bytes of a candidate are: a whole picture of a kind we take, or refused. No name or label is believed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, cast

from PIL import Image

from services.packager.refusals import RefusedError
from services.packager.structures import Bytes, avif_is_whole, gif_is_whole, jpeg_is_whole, png_is_whole, webp_is_whole
from shared.refusals import Refusal


@dataclass(frozen=True)
class Kind:
    """A format: the name Pillow knows it by, its file extension, how it begins, and whether it is all there."""

    name: str
    extension: str
    mime: str
    begins: Callable[[bytes], bool]
    is_whole: Callable[[Bytes], bool]


@dataclass(frozen=True)
class PictureLimits:
    """`side` and `pixels`: the least of the shorter side, the most of the area."""

    side: int = 32
    pixels: int = 80_000_000


@dataclass(frozen=True)
class Picture:
    """Sizes in pixels."""

    kind: Kind
    width: int
    height: int


_HEAD = 16
_KINDS = (
    Kind("JPEG", "jpg", "image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff"), jpeg_is_whole),
    Kind("PNG", "png", "image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), png_is_whole),
    Kind("GIF", "gif", "image/gif", lambda head: head.startswith((b"GIF87a", b"GIF89a")), gif_is_whole),
    Kind("WEBP", "webp", "image/webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", webp_is_whole),
    Kind("AVIF", "avif", "image/avif", lambda head: head[4:12] in (b"ftypavif", b"ftypavis"), avif_is_whole),
)


def picture_in(data: Bytes, limits: PictureLimits) -> Picture:
    """RefusedError when it is none we take."""
    kind = _kind_of(data[:_HEAD])
    if not kind.is_whole(data):
        raise RefusedError(Refusal.TRUNCATED)
    width, height = _size(data, kind)
    if width * height > limits.pixels:
        raise RefusedError(Refusal.TOO_MANY_PIXELS)
    if min(width, height) < limits.side:
        raise RefusedError(Refusal.TOO_SMALL)
    return Picture(kind, width, height)


def _kind_of(head: bytes) -> Kind:
    for kind in _KINDS:
        if kind.begins(head):
            return kind
    raise RefusedError(Refusal.NOT_A_PICTURE)


def _size(data: Bytes, kind: Kind) -> tuple[int, int]:
    with opened(data, kind) as image:
        return image.size


@contextmanager
def opened(data: Bytes, kind: Kind) -> Iterator[Image.Image]:
    """Its header is read: nothing is decoded, and no other format's reader is tried. RefusedError when it cannot be."""
    file = BytesIO(data) if isinstance(data, bytes) else cast(IO[bytes], data)
    try:
        with Image.open(file, formats=(kind.name,)) as image:
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RefusedError(Refusal.TOO_MANY_PIXELS) from error
    except Exception as error:  # a reader fed by strangers may raise anything
        raise RefusedError(Refusal.NOT_A_PICTURE) from error
