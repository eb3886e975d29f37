"""Draws the few pictures everything else is made from; the same number gives the same picture in every process."""

import colorsys
import io
from random import Random

from PIL import Image, ImageDraw, ImageOps

GRAIN = 0.1  # a drawn gradient alone compresses to a tenth of what a photograph of its size takes
THUMBNAIL_WIDTH = 300  # result thumbnails are at least 259 px wide, icons at most 46 px


def draw(number: int, width: int, height: int) -> Image.Image:
    random = Random(number)
    hue = number / 12
    light = Image.radial_gradient("L").resize((width, height))
    picture = ImageOps.colorize(light, _colour(hue, 0.3, 0.98), _colour(hue, 0.9, 0.25), mid=_colour(hue, 0.6, 0.7))
    pen = ImageDraw.Draw(picture)
    for _ in range(9):
        x, y, radius = random.randrange(width), random.randrange(height), random.randrange(height // 20, height // 5)
        fill = _colour(hue + random.uniform(-0.2, 0.2), random.random(), random.random())
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
    grain = Image.frombytes("L", (width, height), random.randbytes(width * height)).convert("RGB")
    return Image.blend(picture, grain, GRAIN)


def encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    body = io.BytesIO()
    picture.save(body, format_, **options)
    return body.getvalue()


def thumbnail(picture: Image.Image) -> bytes:
    small = picture.resize((THUMBNAIL_WIDTH, THUMBNAIL_WIDTH * picture.height // picture.width))
    return encoded(small, "JPEG", quality=55)


def icon(number: int, width: int) -> bytes:
    return encoded(Image.new("RGB", (width, width), _colour(number / 12, 0.7, 0.8)), "PNG")


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return int(255 * red), int(255 * green), int(255 * blue)
