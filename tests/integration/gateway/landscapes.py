"""Pictures for a contact sheet that is looked at: hills under a sky, each its own."""

import colorsys
import io
import math
from random import Random

from PIL import Image, ImageDraw

from shared.contactsheets import CELL, MOST_PICTURES, extent_of, place_of


def contact_sheet() -> bytes:
    """WebP, as large as a page expects of many pictures."""
    sheet = Image.new("RGB", extent_of(MOST_PICTURES), "white")
    for number in range(MOST_PICTURES):
        sheet.paste(landscape(Random(number)), place_of(number))
    body = io.BytesIO()
    sheet.save(body, "WEBP", quality=80)
    return body.getvalue()


def landscape(chance: Random) -> Image.Image:
    hue = chance.choice((0.05, 0.55, 0.6, 0.75))
    picture = Image.new("RGB", (CELL, CELL))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, CELL, CELL), fill=_colour(hue, 0.25, 0.96))
    left, top = chance.randrange(20, 120), chance.randrange(20, 60)
    draw.ellipse((left, top, left + 24, top + 24), fill=_colour(0.13, 0.35, 1.0))
    for layer in range(3):
        ground = 90 + 24 * layer
        ridge = [(x, ground + 14 * math.sin(x / (18 + 9 * layer) + chance.random())) for x in range(0, CELL + 8, 8)]
        draw.polygon([(0, CELL), *ridge, (CELL, CELL)], fill=_colour(hue + 0.08, 0.5, 0.7 - 0.2 * layer))
    return picture


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)
