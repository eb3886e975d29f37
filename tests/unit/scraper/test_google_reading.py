"""Which way a page is read: the best that yields anything, and no other."""

from dataclasses import replace

from services.scraper.engines.google_page import Look
from services.scraper.engines.google_panel import Panel
from services.scraper.engines.google_reading import Reader
from services.scraper.engines.google_tiles import Tile
from shared.images import Hit
from tests.unit.scraper.looks import LOOK

RECORD = '[0,"doc{0}",["https://t.example/{0}",1,2],["https://p.example/{0}.jpg",3,4],null,0]'
BROKEN = '[0,"bad",["https://t.example/1",1,2],["javascript:alert(1)",3,4]]'
LINK = "https://www.google.com/imgres?imgurl=https%3A%2F%2Fp.example%2Flink.jpg&docid=link"
TILE = Tile("tile", "A cat", "", "https://t.example/1")


class Page:
    def __init__(self, *, links: tuple[str, ...] = (), tiles: tuple[Tile, ...] = ()) -> None:
        self._links = list(links)
        self._tiles = list(tiles)

    async def links(self) -> list[str]:
        return self._links

    async def tiles(self) -> list[Tile]:
        return self._tiles

    async def full_image(self, tile: Tile) -> str | None:
        return f"https://p.example/{tile.key}.jpg"


RICH = Page(links=(LINK,), tiles=(TILE,))


async def read(reader: Reader, look: Look) -> list[Hit]:
    return [hit async for found in reader.read(look) for hit in found.hits]


def strategies(hits: list[Hit]) -> list[str | None]:
    return [hit.strategy for hit in hits]


async def test_where_there_are_records_nothing_else_is_looked_at() -> None:
    reader = Reader(RICH, Panel())

    assert strategies(await read(reader, replace(LOOK, scripts=(RECORD.format(1),)))) == ["inline"]
    assert strategies(await read(reader, replace(LOOK, bodies=(RECORD.format(2),)))) == ["xhr"]
    assert await read(reader, LOOK) == []
    assert reader.yields == {"inline": 1, "xhr": 1}


async def test_what_is_known_is_not_found_again() -> None:
    reader = Reader(RICH, Panel())
    look = replace(LOOK, scripts=(RECORD.format(1),))

    await read(reader, look)

    assert await read(reader, replace(look, scripts=(), bodies=(RECORD.format(1),))) == []


async def test_links_come_before_tiles() -> None:
    assert strategies(await read(Reader(RICH, Panel()), LOOK)) == ["imgres"]


async def test_records_of_which_none_can_be_used_are_none() -> None:
    reader = Reader(Page(tiles=(TILE,)), Panel())

    found = [found async for found in reader.read(replace(LOOK, scripts=(BROKEN,)))]

    assert [hit.strategy for one in found for hit in one.hits] == ["panel"]
    assert sum(one.unusable for one in found) == 1


async def test_records_that_come_late_are_read_though_tiles_had_to_do_before() -> None:
    reader = Reader(Page(tiles=(TILE,)), Panel())

    await read(reader, LOOK)

    assert strategies(await read(reader, replace(LOOK, bodies=(RECORD.format(1),)))) == ["xhr"]


async def test_nothing_is_clicked_on_a_wall() -> None:
    assert await read(Reader(RICH, Panel()), replace(LOOK, refused=True)) == []
