"""The best-ranked pictures of an archive, small, on one sheet."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import IO
from zipfile import ZipFile

from PIL import Image, ImageOps

from shared.contactsheets import CELL, MOST_PICTURES, extent_of, place_of

MOST_BYTES = 150_000
_QUALITIES = (65, 40, 15, 0)
_QUICK = 0  # of 0 to 6: three times as quick as the usual 4, and a twentieth larger

MOST_PIXELS = 4_000_000
"""Of a picture that can only be decoded at its full size: up to 110 MB, as measured with each format."""

_SPARES = 12
_SCAN, _MOST_SCANS = b"\xff\xda", 100
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
_PICTURE = re.compile(r"(\d+)_")
_PAPER = "white"

Say = Callable[[str], object]


def contact_sheet(archive: IO[bytes], say: Say) -> bytes | None:
    """A WebP of at most 150 kB; None when not one picture can be drawn. Blocks for as long as decoding takes.

    What cannot be decoded is said, and leaves its place to the next, or empty when none is left.
    """
    with ZipFile(archive) as pictures:
        names = picture_names(pictures)
        if not names:
            return None
        sheet = Image.new("RGB", extent_of(len(names)), _PAPER)
        drawn = 0
        for cell in _cells(pictures, names[: MOST_PICTURES + _SPARES], say):
            sheet.paste(cell, place_of(drawn))
            drawn += 1
            if drawn == MOST_PICTURES:
                break
    return _webp(sheet) if drawn else None


def picture_names(archive: ZipFile) -> list[str]:
    """Best first: their names begin with their ranks."""
    ranked = [(int(match[1]), name) for name in archive.namelist() if (match := _PICTURE.match(name))]
    return [name for _, name in sorted(ranked)]


def _cells(archive: ZipFile, names: list[str], say: Say) -> Iterator[Image.Image]:
    for name in names:
        try:
            cell = _cell(archive.read(name))
        except Exception as error:  # noqa: BLE001 - a decoder fed by strangers may raise anything
            say(f"{name}: {type(error).__name__}")
        else:
            yield cell


def _cell(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS and not _comes_smaller(image):
            raise ValueError("too large to be decoded for so small a picture")
        if image.format == "JPEG" and data.count(_SCAN) > _MOST_SCANS:
            raise ValueError("each of its scans would be walked through")
        image.draft("RGB", (CELL, CELL))
        upright = ImageOps.exif_transpose(image)
        return ImageOps.fit(_on_paper(upright), (CELL, CELL), Image.Resampling.BILINEAR)


def _comes_smaller(image: Image.Image) -> bool:
    """Whether `draft` saves its memory: a progressive JPEG is kept whole until its last byte."""
    return image.format == "JPEG" and not image.info.get("progressive")


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if not image.has_transparency_data:
        return image.convert("RGB")
    coloured = image.convert("RGBA")
    paper = Image.new("RGBA", coloured.size, _PAPER)
    return Image.alpha_composite(paper, coloured).convert("RGB")


def _webp(sheet: Image.Image) -> bytes:
    for quality in _QUALITIES:
        file = BytesIO()
        sheet.save(file, "WEBP", quality=quality, method=_QUICK)
        if file.tell() <= MOST_BYTES:
            break
    return file.getvalue()
