"""Pictures drawn for these tests, and what is asked about them."""

import hashlib
import io
import zlib
from dataclasses import replace
from random import Random

from PIL import Image

from services.packager.bodies import Content
from shared.images import FoundImage

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")


def a_picture(format_: str = "JPEG", *, side: int = 80, seed: int = 1, **options: object) -> bytes:
    """Noise, so that its bytes fill some kilobytes."""
    noise = Image.frombytes("RGB", (side, side), Random(seed).randbytes(3 * side * side))
    return encoded(noise, format_, **options)


def encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    body = io.BytesIO()
    picture.save(body, format_, **options)
    return body.getvalue()


def content(data: bytes) -> Content:
    return Content(data, hashlib.sha256(data).hexdigest(), zlib.crc32(data))


def a_candidate(rank: int = 1, **changes: object) -> FoundImage:
    image = FoundImage(
        url=f"https://pictures.example/{rank}.jpg",
        rank=rank,
        engine="google",
        source_page=f"https://pages.example/{rank}",
        title=f"Red panda {rank}",
    )
    return replace(image, **changes)  # type: ignore[arg-type]
