import time
import zlib

import pytest
from PIL import Image

from services.packager.pictures import PictureLimits, picture_in
from services.packager.refusals import RefusedError
from shared.refusals import Refusal
from tests.pictureweb.pictures import PIXEL
from tests.unit.packager.samples import FORMATS, a_picture, encoded

LIMITS = PictureLimits()


def refusal_of(data: bytes, limits: PictureLimits = LIMITS) -> Refusal:
    with pytest.raises(RefusedError) as refused:
        picture_in(data, limits)
    return refused.value.reason


def animated(format_: str) -> bytes:
    frames = [Image.new("RGB", (60, 50), colour) for colour in ("red", "green", "blue")]
    return encoded(frames[0], format_, save_all=True, append_images=frames[1:])


def chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def a_png_that_claims(width: int, height: int) -> bytes:
    header = width.to_bytes(4) + height.to_bytes(4) + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_whole_picture_is_told_by_its_bytes(format_: str) -> None:
    picture = picture_in(a_picture(format_, side=80), LIMITS)

    assert (picture.kind.name, picture.width, picture.height) == (format_, 80, 80)


@pytest.mark.parametrize(
    "data",
    [
        a_picture("JPEG", progressive=True),
        a_picture("JPEG", exif=Image.Exif()),
        a_picture("WEBP", lossless=True),
        a_picture("PNG", compress_level=0),
        animated("GIF"),
        animated("WEBP"),
        animated("PNG"),
        encoded(Image.new("1", (40, 40)), "PNG"),
        encoded(Image.new("L", (40, 40)), "JPEG"),
        encoded(Image.new("CMYK", (40, 40)), "JPEG"),
        encoded(Image.new("P", (40, 40)), "GIF"),
    ],
)
def test_a_picture_of_a_rarer_sort_is_taken_too(data: bytes) -> None:
    picture_in(data, LIMITS)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_picture_that_ends_early_is_refused(format_: str, share: float) -> None:
    data = a_picture(format_)

    assert refusal_of(data[: int(len(data) * share)]) in {Refusal.TRUNCATED, Refusal.NOT_A_PICTURE}


@pytest.mark.parametrize("format_", FORMATS)
def test_a_picture_that_lacks_its_last_byte_is_truncated(format_: str) -> None:
    assert refusal_of(a_picture(format_)[:-1]) is Refusal.TRUNCATED


def test_a_progressive_jpeg_that_ends_between_two_scans_is_truncated() -> None:
    data = a_picture("JPEG", progressive=True)

    assert refusal_of(data[: data.rindex(b"\xff\xda")]) is Refusal.TRUNCATED


def test_a_png_with_one_flipped_bit_is_truncated() -> None:
    data = bytearray(a_picture("PNG"))
    data[len(data) // 2] ^= 1

    assert refusal_of(bytes(data)) is Refusal.TRUNCATED


@pytest.mark.parametrize("format_", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_moving_picture_that_ends_early_is_refused(format_: str, share: float) -> None:
    data = animated(format_)

    assert refusal_of(data[: int(len(data) * share)]) in {Refusal.TRUNCATED, Refusal.NOT_A_PICTURE}


def test_a_png_without_pixels_is_not_whole() -> None:
    data = a_picture("PNG")

    assert refusal_of(data[:33] + chunk(b"IEND", b"")) is Refusal.TRUNCATED


def behind(format_: str, at: int, parts: bytes) -> bytes:
    """A picture with so much put in at an offset."""
    data = a_picture(format_)
    return data[:at] + parts + data[at:]


GIF_COLOURS_END = 13 + 768
GIF_FRAME = b"\x21\xf9\x04\0\x05\0\0\0" + b"\x2c\0\0\0\0\x01\0\x01\0\0" + b"\x02\x02\x44\x01\0"
"""One pixel has changed."""

MANY = 400_000


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * MANY,
        behind("JPEG", 2, b"\xff\x01" * MANY),
        behind("JPEG", 2, b"\xff\xee\x00\x02" * MANY),
        behind("JPEG", 2, b"\xff\xe1\x00\x0cExif\0\0abcd" * MANY),
        behind("PNG", 33, chunk(b"prVt", b"") * MANY),
        behind("PNG", 33, chunk(b"tEXt", b"a\0b") * MANY),
        behind("GIF", GIF_COLOURS_END, b"\x21\xfe" + b"\x01a" * MANY + b"\0"),
        behind("GIF", GIF_COLOURS_END, b"\x21\xfe\x01a\0" * MANY),
        behind("AVIF", 32, b"\0\0\0\x08free" * MANY),
        b"RIFF" + (4 + 8 * MANY).to_bytes(4, "little") + b"WEBP" + b"XXXX\0\0\0\0" * MANY,
    ],
)
def test_a_picture_cut_into_pieces_on_purpose_costs_next_to_nothing(data: bytes) -> None:
    begun = time.process_time()

    assert refusal_of(data) is Refusal.TRUNCATED
    assert time.process_time() - begun < 0.5  # Pillow would take up to ten times as long


@pytest.mark.parametrize(
    "data",
    [
        a_picture("GIF", side=700),
        behind("GIF", GIF_COLOURS_END, 2000 * GIF_FRAME),
        a_picture("PNG", side=400, compress_level=0),
        behind("JPEG", 2, b"\xff\xe2\xff\xffICC_PROFILE\0" + bytes(65_521)),
        behind("JPEG", 2, (b"\xff\xe2\x01\x00" + bytes(254)) * 250),
    ],
)
def test_a_large_picture_of_many_pieces_is_taken(data: bytes) -> None:
    picture_in(data, LIMITS)


@pytest.mark.parametrize("format_", FORMATS)
def test_bytes_after_the_end_do_no_harm(format_: str) -> None:
    picture_in(a_picture(format_) + b"PK\x03\x04" + bytes(10_000), LIMITS)


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (behind("JPEG", 2, b"\xff\xfe\x00\x1b<script>alert(1)</script>"), "jpg"),
        (behind("PNG", 33, chunk(b"tEXt", b"a\0<script>alert(1)</script>")), "png"),
        (behind("GIF", GIF_COLOURS_END, b"\x21\xfe\x19<script>alert(1)</script>\0"), "gif"),
        (a_picture("JPEG") + b"<html><script>alert(1)</script>", "jpg"),
        (a_picture("GIF") + b"%PDF-1.7", "gif"),
        (a_picture("JPEG") + a_picture("PNG"), "jpg"),
    ],
)
def test_what_is_a_picture_and_something_else_is_named_after_the_picture(data: bytes, extension: str) -> None:
    assert picture_in(data, LIMITS).kind.extension == extension


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"<!doctype html><html><body>Gone</body></html>",
        b"\n\n  <html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7",
        b"PK\x03\x04" + bytes(100),
        b"GIF90a" + bytes(100),
        b"RIFF\x00\x00\x00\x00WAVE",
        b"\x89PNG\r\n",
        b"BM" + bytes(100),
        b"II*\x00" + bytes(100),
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"\x00\x00\x00\x20ftypisom" + bytes(100),
        b"\x00\x00\x00\x20ftypheic" + bytes(100),
        b"\xef\xbb\xbf<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        "<html>".encode("utf-16"),
        b"<html>" + a_picture("JPEG"),
        b"%PDF-1.7\n" + a_picture("JPEG"),
        b"\x1f\x8b\x08\x00" + bytes(100),
        b"\x00\x00\x01\x00\x01\x00" + bytes(100),
        b"SIMPLE  =                    T" + bytes(100),
        b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(100),
    ],
)
def test_what_is_no_picture_is_refused_whatever_it_was_called(data: bytes) -> None:
    assert refusal_of(data) is Refusal.NOT_A_PICTURE


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x00" + b"\xff" * 50,
        b"\xff\xd8" + b"\xff" * 50,
        b"\xff\xd8\xff\xfe\xff\xff" + bytes(100) + b"\xff\xd9",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR" + bytes(50),
        b"GIF89a",
        b"GIF89a" + bytes(7) + b"\x3b",  # no image in it
        b"GIF89a" + bytes(4) + b"\x87\x00\x00" + bytes(10),
        b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(100),
        b"RIFF\x0c\x00\x00\x00WEBPVP8 \xff\xff\xff\xff",
        b"\x00\x00\x00\x20ftypavif" + bytes(100),
        b"\x00\x00\x00\x10ftypavif" + bytes(4) + b"\x00\x00\x00\x01meta" + b"\xff" * 8,
        b"\x00\x00\x00\x10ftypavif" + bytes(4) + b"\x00\x00\x00\x01meta" + bytes(8),
    ],
)
def test_a_structure_that_leads_nowhere_is_truncated(data: bytes) -> None:
    assert refusal_of(data) is Refusal.TRUNCATED


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (10_000, 9_000), (60_000, 60_000), (9_000, 9_000)])
def test_a_bomb_is_refused_by_what_it_claims_before_anything_is_decoded(width: int, height: int) -> None:
    assert refusal_of(a_png_that_claims(width, height)) is Refusal.TOO_MANY_PIXELS


def test_a_picture_of_one_pixel_is_too_small() -> None:
    assert refusal_of(PIXEL) is Refusal.TOO_SMALL


def test_the_shorter_side_counts() -> None:
    ribbon = encoded(Image.new("RGB", (400, 31)), "PNG")

    assert refusal_of(ribbon) is Refusal.TOO_SMALL
    assert picture_in(ribbon, PictureLimits(side=31)).height == 31


def test_a_png_whose_header_is_nonsense_is_no_picture() -> None:
    header = bytes(8) + bytes([77, 77, 0, 0, 0])
    nonsense = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header[:5]) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")

    assert refusal_of(nonsense) is Refusal.NOT_A_PICTURE
