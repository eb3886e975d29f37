"""Makes a picture distinct and of a wanted size without drawing it again: by a comment each format has a place for."""

import zlib

JPEG_COMMENT_MAX = 65_533  # a segment's length field counts itself and has 16 bits
WEBP_MARK = b"picture " + b"0" * 20  # a place kept free in the file's XMP chunk, of the length of every mark


def marked_jpeg(base: bytes, mark: bytes, padding: bytes) -> bytes:
    """``base`` with comment segments after its APP0: longer by the mark, the padding and 4 bytes a segment."""
    comment = mark + padding
    pieces = [comment[at : at + JPEG_COMMENT_MAX] for at in range(0, len(comment), JPEG_COMMENT_MAX)]
    segments = b"".join(b"\xff\xfe" + (len(piece) + 2).to_bytes(2) + piece for piece in pieces)
    app0_end = 4 + int.from_bytes(base[4:6])
    return base[:app0_end] + segments + base[app0_end:]


def marked_png(base: bytes, mark: bytes) -> bytes:
    body = b"tEXt" + b"Comment\0" + mark
    chunk = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    iend = base.rindex(b"IEND") - 4
    return base[:iend] + chunk + base[iend:]


def marked_gif(base: bytes, mark: bytes) -> bytes:
    return base[:-1] + b"\x21\xfe" + bytes([len(mark)]) + mark + b"\0" + base[-1:]


def marked_avif(base: bytes, mark: bytes) -> bytes:
    """With a box at its end that says of itself that it is nothing."""
    return base + (len(mark) + 8).to_bytes(4) + b"free" + mark


def marked_webp(base: bytes, mark: bytes) -> bytes:
    return base.replace(WEBP_MARK, mark)
