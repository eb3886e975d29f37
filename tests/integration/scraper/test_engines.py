"""The engines that need no browser, asked over HTTP on the local picture web."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from services.scraper.asking import Asking, asking
from services.scraper.engines import Ending, Query
from services.scraper.engines.bing import Bing
from services.scraper.engines.commons import Commons
from services.scraper.engines.duckduckgo import DuckDuckGo
from services.scraper.engines.openverse import Openverse
from services.scraper.engines.paged import Paged, Site
from shared.images import Hit
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration

SITES: dict[str, type[Bing | DuckDuckGo | Openverse | Commons]] = {
    "bing": Bing,
    "duckduckgo": DuckDuckGo,
    "openverse": Openverse,
    "commons": Commons,
}


@dataclass
class Found:
    hits: list[Hit] = field(default_factory=list)
    unusable: int = 0
    ending: Ending | None = None


@pytest.fixture(scope="module")
async def pages() -> AsyncIterator[Asking]:
    async with asking("Test/1") as pages:
        yield pages


def site_of(engine: str, pictures: PictureWeb) -> Site:
    return SITES[engine](pictures.engine_urls[engine])


async def search(engine: str, query: str, pictures: PictureWeb, pages: Asking) -> Found:
    found = Found()
    async with aclosing(Paged(site_of(engine, pictures), pages).search(Query(query))) as batches:
        async for batch in batches:
            found.hits += batch.hits
            found.unusable += batch.unusable
            found.ending = batch.ending
    return found


@pytest.mark.parametrize("engine", SITES)
async def test_all_it_has_is_found_once_with_what_is_said_of_it(
    engine: str, pictures: PictureWeb, pages: Asking
) -> None:
    found = await search(engine, "red pandas results:90", pictures, pages)

    assert (len(found.hits), found.unusable, found.ending) == (90, 0, Ending.EXHAUSTED)
    assert len({hit.url for hit in found.hits}) == 90
    for hit in found.hits:
        assert hit.title
        assert hit.source_page
        assert hit.thumbnail
        assert hit.width
        assert hit.height


@pytest.mark.parametrize("engine", ["openverse", "commons"])
async def test_open_pictures_come_with_licence_and_author(engine: str, pictures: PictureWeb, pages: Asking) -> None:
    hits = (await search(engine, "red pandas results:60", pictures, pages)).hits

    assert all(hit.licence and hit.creator for hit in hits)
    assert not any("<" in str(hit.creator) for hit in hits)
    assert len({hit.licence for hit in hits}) > 2


async def test_openverse_gives_four_hundred_to_those_without_a_key(pictures: PictureWeb, pages: Asking) -> None:
    found = await search("openverse", "red pandas results:700", pictures, pages)

    assert (len(found.hits), found.ending) == (400, Ending.EXHAUSTED)


@pytest.mark.parametrize(
    ("trouble", "ending"),
    [
        ("bing:none", Ending.NO_RESULTS),
        ("bing:empty", Ending.PAGE_CHANGED),
        ("bing:captcha", Ending.BLOCKED),
        ("bing:changed", Ending.PAGE_CHANGED),
        ("bing:403", Ending.BLOCKED),
        ("bing:500", Ending.BROKEN),
        ("duckduckgo:none", Ending.NO_RESULTS),
        ("duckduckgo:captcha", Ending.BLOCKED),
        ("duckduckgo:changed", Ending.PAGE_CHANGED),
        ("duckduckgo:202", Ending.BLOCKED),
        ("duckduckgo:403", Ending.BLOCKED),
        ("duckduckgo:418", Ending.BLOCKED),
        ("openverse:none", Ending.NO_RESULTS),
        ("openverse:changed", Ending.PAGE_CHANGED),
        ("openverse:401", Ending.BLOCKED),
        ("openverse:429", Ending.BLOCKED),
        ("openverse:503", Ending.BLOCKED),
        ("commons:none", Ending.NO_RESULTS),
        ("commons:changed", Ending.PAGE_CHANGED),
        ("commons:ratelimited", Ending.BLOCKED),
        ("commons:maxlag", Ending.BROKEN),
        ("commons:429", Ending.BLOCKED),
    ],
)
async def test_each_trouble_is_told_for_what_it_is(
    trouble: str, ending: Ending, pictures: PictureWeb, pages: Asking
) -> None:
    found = await search(trouble.partition(":")[0], f"red pandas {trouble}", pictures, pages)

    assert (found.hits, found.ending) == ([], ending)


async def test_an_engine_that_is_not_there_is_broken(pages: Asking) -> None:
    async with aclosing(Paged(Bing("http://127.0.0.1:9"), pages).search(Query("cats"))) as batches:
        assert [batch.ending async for batch in batches] == [Ending.BROKEN]
