"""Whether the bytes of a picture are all there, told from its structure without decoding it.

Pillow's `open` and `verify` accept a JPEG or a GIF that ends anywhere; a walk over the markers does not.
"""

import zlib
from mmap import mmap
from struct import error as ShortRead  # noqa: N812 - what it means here
from struct import unpack_from

Bytes = bytes | mmap

_PNG_FIRST_CHUNK = 8
_GIF_FIRST_BLOCK = 13
_GIF_EXTENSION, _GIF_IMAGE, _GIF_TRAILER = b"\x21\x2c\x3b"
_FILL, _SOS, _EOI = 0xFF, 0xDA, 0xD9
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


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
    while True:
        fill, marker = unpack_from(">BB", data, at)
        if fill != _FILL or marker == _EOI:
            return None
        if marker == _SOS:
            return at
        if marker == _FILL:
            at += 1
        elif marker in _BARE_MARKERS:
            at += 2
        else:
            at += 2 + max(2, unpack_from(">H", data, at + 2)[0])


def png_is_whole(data: Bytes) -> bool:
    """Every chunk has its checksum, up to IEND."""
    at = _PNG_FIRST_CHUNK
    try:
        while True:
            length, name = unpack_from(">I4s", data, at)
            end = at + 8 + length
            if unpack_from(">I", data, end)[0] != zlib.crc32(data[at + 4 : end]):
                return False
            if name == b"IEND":
                return True
            at = end + 4
    except ShortRead:
        return False


def gif_is_whole(data: Bytes) -> bool:
    """At least one image, and its blocks reach the trailer."""
    try:
        at = _GIF_FIRST_BLOCK + _gif_colours(data, 10)
        images = 0
        while True:
            kind = unpack_from("B", data, at)[0]
            if kind == _GIF_EXTENSION:  # a label, then blocks
                at = _after_gif_blocks(data, at + 2)
            elif kind == _GIF_IMAGE:  # place, size and flags, colours, code size, then blocks
                at = _after_gif_blocks(data, at + 11 + _gif_colours(data, at + 9))
                images += 1
            else:
                return kind == _GIF_TRAILER and images > 0
    except ShortRead:
        return False


def _gif_colours(data: Bytes, flags_at: int) -> int:
    """Bytes of the colour table that these flags announce."""
    flags = unpack_from("B", data, flags_at)[0]
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_gif_blocks(data: Bytes, at: int) -> int:
    while length := unpack_from("B", data, at)[0]:
        at += 1 + length
    return at + 1


def webp_is_whole(data: Bytes) -> bool:
    """As long as its RIFF header says, and its chunks fill that length."""
    try:
        end: int = 8 + unpack_from("<I", data, 4)[0]
        at = 12
        while at < end:
            at += 8 + (unpack_from("<I", data, at + 4)[0] + 1) // 2 * 2
    except ShortRead:
        return False
    return end <= len(data) and at <= end + 1


def avif_is_whole(data: Bytes) -> bool:
    """Its boxes reach over what describes the picture and what holds it. Pillow opens it without the last of these."""
    at, missing = 0, {b"meta", b"mdat"}
    try:
        while missing and at < len(data):
            size, name = unpack_from(">I4s", data, at)
            if size == 1:
                size = unpack_from(">Q", data, at + 8)[0]
            at = at + size if size else len(data)  # 0: to the end
            missing.discard(name)
    except ShortRead:
        return False
    return not missing and at <= len(data)
