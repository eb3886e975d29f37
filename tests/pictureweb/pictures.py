"""The bytes of every picture on the hosts: drawn once at the start, after that each costs one copy of its bytes."""

import io
import zlib
from dataclasses import dataclass
from random import Random
from typing import Self

from PIL import Image

from tests.pictureweb.drawing import draw, encoded, icon, thumbnail
from tests.pictureweb.marking import WEBP_MARK, marked_avif, marked_gif, marked_jpeg, marked_png, marked_webp

SMALLEST, LARGEST = 98_000, 296_000  # bytes
SHAPES = (  # width, height: at 0.2 bytes a pixel each one lies just below the smallest size that is made from it
    *((784, 592), (888, 592), (1024, 576), (816, 816), (744, 992), (1112, 744)),
    *((1096, 824), (1224, 816), (1376, 776), (1080, 1080), (968, 1296), (1424, 952)),
)
OTHER_SHAPE = (480, 360)  # of PNG, GIF, WebP and AVIF
OTHERS = 3  # of each of these formats
BOMB_SIDE = 20_000  # pixels: 400 MP, twice what Pillow refuses to open
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def jpeg_size(number: int) -> int:
    """Bytes of the good JPEG ``number``: over all numbers the mean is 190 KB."""
    within = number // len(SHAPES) % 1000 / 1000
    share = (number % len(SHAPES) + within) / len(SHAPES)
    return SMALLEST + int((LARGEST - SMALLEST) * share**1.15)


@dataclass(frozen=True)
class Album:
    jpegs: tuple[bytes, ...]
    pngs: tuple[bytes, ...]
    gifs: tuple[bytes, ...]
    webps: tuple[bytes, ...]
    avifs: tuple[bytes, ...]
    thumbnails: tuple[bytes, ...]  # of the JPEGs
    icons: tuple[bytes, ...]
    padding: bytes
    bomb: bytes

    @classmethod
    def drawn(cls) -> Self:
        large = [draw(number, *shape) for number, shape in enumerate(SHAPES)]
        small = [draw(number * 4 + 1, *OTHER_SHAPE) for number in range(OTHERS)]
        return cls(
            jpegs=tuple(encoded(picture, "JPEG", quality=80) for picture in large),
            pngs=tuple(encoded(picture, "PNG", compress_level=1) for picture in small),
            gifs=tuple(encoded(picture, "GIF") for picture in small),
            webps=tuple(encoded(picture, "WEBP", method=0, xmp=WEBP_MARK) for picture in small),
            avifs=tuple(encoded(picture, "AVIF", speed=10) for picture in small),
            thumbnails=tuple(thumbnail(picture) for picture in large),
            icons=tuple(icon(number, 46) for number in range(len(SHAPES))),
            padding=Random(0).randbytes(LARGEST),
            bomb=_bomb(),
        )

    def jpeg(self, number: int) -> bytes:
        base, mark = self.jpegs[number % len(self.jpegs)], _mark(number)
        missing = jpeg_size(number) - len(base) - len(mark) - 4
        return marked_jpeg(base, mark, self.padding[:missing])

    def png(self, number: int) -> bytes:
        return marked_png(self.pngs[number % OTHERS], _mark(number))

    def gif(self, number: int) -> bytes:
        return marked_gif(self.gifs[number % OTHERS], _mark(number))

    def webp(self, number: int) -> bytes:
        return marked_webp(self.webps[number % OTHERS], _mark(number))

    def avif(self, number: int) -> bytes:
        return marked_avif(self.avifs[number % OTHERS], _mark(number))

    def reencoded(self, number: int) -> bytes:
        """What a site makes of somebody else's picture."""
        with Image.open(io.BytesIO(self.jpeg(number))) as picture:
            return encoded(picture, "JPEG", quality=60)


def _mark(number: int) -> bytes:
    return b"picture %020d" % number


def _bomb() -> bytes:
    """A valid PNG of 400 megapixels in under 100 KB."""
    row = b"\0" * (BOMB_SIDE // 8 + 1)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row * 100) for _ in range(BOMB_SIDE // 100)) + packer.flush()
    header = BOMB_SIDE.to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, (b"IHDR", b"IDAT", b"IEND"), (header, data, b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
