"""What tiles give when the page carries no data: the picture that a click brings up, or the thumbnail."""

import base64
from dataclasses import replace

import pytest

from services.scraper.engines.google_panel import MISSES, TILES_AT_ONCE, Panel
from services.scraper.engines.google_tiles import Tile, panel_hit, thumbnail_hit
from shared.images import LONGEST_INLINE, Hit

TILE = Tile("doc1", "A cat", "https://www.site.example/cats", "https://encrypted-tbn0.gstatic.com/images?q=tbn:1")
PICTURE = "https://pictures.example/cat.jpg"
JPEG = b"\xff\xd8\xff" + bytes(200)


def as_data(body: bytes, kind: str = "jpeg") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(body).decode()}"


def test_an_opened_tile_is_a_result_like_any_other() -> None:
    assert panel_hit(TILE, PICTURE) == Hit(
        url=PICTURE, source_page=TILE.page, title="A cat", thumbnail=TILE.thumbnail, strategy="panel"
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:image/jpeg;base64,AAAA", "file:///etc/passwd", ""])
def test_what_a_panel_shows_must_be_a_web_address(address: str) -> None:
    assert panel_hit(TILE, address) is None


def test_a_thumbnail_says_that_it_is_no_more() -> None:
    hit = thumbnail_hit(TILE)

    assert hit is not None
    assert (hit.url, hit.thumbnail_only, hit.strategy) == (TILE.thumbnail, True, "thumbnail")


@pytest.mark.parametrize(
    "data",
    [
        as_data(JPEG),
        as_data(b"\x89PNG\r\n\x1a\n" + bytes(200), "png"),
        as_data(b"GIF89a" + bytes(200), "gif"),
        as_data(b"RIFF" + bytes(200), "webp"),
        as_data(JPEG + bytes(35_000)),
    ],
)
def test_a_thumbnail_may_lie_in_its_own_address(data: str) -> None:
    hit = thumbnail_hit(replace(TILE, thumbnail=data))

    assert hit is not None
    assert (hit.url, hit.thumbnail) == (data, None)


@pytest.mark.parametrize(
    "data",
    [
        as_data(JPEG + bytes(LONGEST_INLINE)),
        as_data(b"\xff\xd8\xff"),
        as_data(bytes(300)),
        as_data(JPEG, "png"),
        as_data(b"<svg/>" + bytes(300), "svg+xml"),
        as_data(JPEG).replace("image/jpeg", "text/html"),
        as_data(JPEG).replace(";base64", ""),
        as_data(JPEG) + "!",
        as_data(JPEG)[:-1],
        as_data(JPEG).replace(",", ""),
        "data:image/jpeg;base64,\u00e9",
        "data:",
        "",
        "about:blank",
    ],
)
def test_what_is_no_picture_is_no_thumbnail(data: str) -> None:
    assert thumbnail_hit(replace(TILE, thumbnail=data)) is None


class Page:
    """A page of so many tiles; `pictures` are those that a click brings up, by key."""

    def __init__(self, count: int, pictures: dict[str, str]) -> None:
        self.clicked: list[str] = []
        self._tiles = [replace(TILE, key=str(number)) for number in range(count)]
        self._pictures = pictures

    async def tiles(self) -> list[Tile]:
        return self._tiles

    async def full_image(self, tile: Tile) -> str | None:
        self.clicked.append(tile.key)
        return self._pictures.get(tile.key)


async def strategies(page: Page) -> list[str | None]:
    return [hit.strategy async for found in Panel().read(page) for hit in found.hits]


async def test_a_tile_that_never_opens_is_passed_over() -> None:
    page = Page(5, {"0": PICTURE, "1": PICTURE, "3": PICTURE, "4": PICTURE})

    assert await strategies(page) == ["panel", "panel", "thumbnail", "panel", "panel"]


async def test_a_panel_that_does_not_work_is_not_tried_for_ever() -> None:
    page = Page(50, {})

    assert await strategies(page) == ["thumbnail"] * 50
    assert len(page.clicked) == MISSES


async def test_no_more_tiles_are_opened_than_are_wanted() -> None:
    page = Page(50, {str(number): PICTURE for number in range(50)})

    found = await anext(Panel().read(page))

    assert len(found.hits) == len(page.clicked) == TILES_AT_ONCE


async def test_tiles_without_anything_are_counted() -> None:
    page = Page(2, {"0": PICTURE})
    page._tiles = [replace(tile, thumbnail="") for tile in page._tiles]

    (found,) = [found async for found in Panel().read(page)]

    assert (len(found.hits), found.unusable) == (1, 1)
