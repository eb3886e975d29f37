"""Whether the bytes of a picture are all there, told from its structure without decoding it.

Pillow's `open` and `verify` accept a JPEG or a GIF that ends anywhere; a walk over the markers does not.
What is cut into more parts than any program cuts a picture is not taken for whole: made so on purpose, 25 MB of it
keep Pillow busy for half a minute (measured).
"""

import re
import zlib
from mmap import mmap
from struct import error as ShortRead  # noqa: N812 - what it means here
from struct import unpack_from

Bytes = bytes | mmap

_PNG_FIRST_CHUNK = 8
_GIF_FIRST_BLOCK = 13
_GIF_EXTENSION, _GIF_IMAGE, _GIF_TRAILER = b"\x21\x2c\x3b"
_SOS, _EOI = 0xDA, 0xD9
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_FILLING = re.compile(rb"\xff+")

_JPEG_SEGMENTS = 1000  # before the scan; Pillow joins those of one kind, each time anew
_FEW = 20_000  # a long animation in which little moves has many parts of some bytes each
_PNG_CHUNK, _GIF_BLOCK, _WEBP_CHUNK, _AVIF_BOX = 512, 64, 64, 64  # bytes, at least, of one among many


def _most_parts(data: Bytes, each: int) -> range:
    return range(_FEW + len(data) // each)


def jpeg_is_whole(data: Bytes) -> bool:
    """Its segments reach a scan, and an end-of-image follows.

    Inside a scan an FF is always followed by 00 or a restart: an EOI there is no coincidence. What is appended
    after it, another picture or a ZIP, does no harm.
    """
    try:
        scan = _jpeg_scan(data)
    except ShortRead:
        return False
    return scan is not None and data.rfind(b"\xff\xd9", scan) != -1


def _jpeg_scan(data: Bytes) -> int | None:
    at = 2
    for _ in range(_JPEG_SEGMENTS):
        filling = _FILLING.match(data, at)
        if filling is None:
            return None
        at = filling.end()
        marker = unpack_from("B", data, at)[0]
        if marker == _EOI:
            return None
        if marker == _SOS:
            return at
        at += 1 if marker in _BARE_MARKERS else 1 + max(2, unpack_from(">H", data, at + 1)[0])
    return None


def png_is_whole(data: Bytes) -> bool:
    """Every chunk has its checksum, up to IEND, and some of them hold pixels."""
    at, pixels = _PNG_FIRST_CHUNK, False
    try:
        for _ in _most_parts(data, _PNG_CHUNK):
            length, name = unpack_from(">I4s", data, at)
            end = at + 8 + length
            if unpack_from(">I", data, end)[0] != zlib.crc32(data[at + 4 : end]):
                return False
            if name == b"IEND":
                return pixels
            pixels = pixels or name == b"IDAT"
            at = end + 4
    except ShortRead:
        pass
    return False


def gif_is_whole(data: Bytes) -> bool:
    """At least one image, and its blocks reach the trailer."""
    try:
        at = _GIF_FIRST_BLOCK + _gif_colours(data, 10)
        images, within = 0, False
        for _ in _most_parts(data, _GIF_BLOCK):
            kind = unpack_from("B", data, at)[0]
            if within:
                at += 1 + kind
                within = kind > 0
            elif kind == _GIF_EXTENSION:  # a label, then blocks
                at, within = at + 2, True
            elif kind == _GIF_IMAGE:  # place, size and flags, colours, code size, then blocks
                at, within = at + 11 + _gif_colours(data, at + 9), True
                images += 1
            else:
                return kind == _GIF_TRAILER and images > 0
    except ShortRead:
        pass
    return False


def _gif_colours(data: Bytes, flags_at: int) -> int:
    """Bytes of the colour table that these flags announce."""
    flags = unpack_from("B", data, flags_at)[0]
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def webp_is_whole(data: Bytes) -> bool:
    """As long as its RIFF header says, and its chunks fill that length."""
    try:
        end: int = 8 + unpack_from("<I", data, 4)[0]
        at = 12
        for _ in _most_parts(data, _WEBP_CHUNK):
            if at >= end:
                return end <= len(data) and at <= end + 1
            at += 8 + (unpack_from("<I", data, at + 4)[0] + 1) // 2 * 2
    except ShortRead:
        pass
    return False


def avif_is_whole(data: Bytes) -> bool:
    """Its boxes reach over what describes the picture and what holds it. Pillow opens it without the last of these."""
    at, missing = 0, {b"meta", b"mdat"}
    try:
        for _ in _most_parts(data, _AVIF_BOX):
            if not missing or at >= len(data):
                return not missing and at <= len(data)
            size, name = unpack_from(">I4s", data, at)
            if size == 1:
                size = unpack_from(">Q", data, at + 8)[0]
            at = at + size if size else len(data)  # 0: to the end
            missing.discard(name)
    except ShortRead:
        pass
    return False
