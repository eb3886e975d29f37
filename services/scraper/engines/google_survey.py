"""What each way of reading Google Images yields on one page, for whoever wants to know which of them still work."""

from collections.abc import Mapping

from services.scraper.engines import Ending
from services.scraper.engines.google_endings import ending, gate
from services.scraper.engines.google_links import read_links
from services.scraper.engines.google_page import Look, ResultPage
from services.scraper.engines.google_reading import STRATEGIES, read_data
from services.scraper.engines.google_tiles import Tile, thumbnail_hit
from services.scraper.survey import Survey

TILES_TO_OPEN = 3


async def survey(page: ResultPage, address: str) -> Survey:
    """`ending`: what a search would have ended with on this page, or None if it would have got results."""
    look = await page.open(address)
    source, picture = await page.source(), await page.picture()
    yields = await _yields(page, look)
    stopped = ending(look, known=sum(yields.values()), idle=0)
    return Survey(yields, None if stopped is Ending.EXHAUSTED else stopped, source, picture)


def survey_of_nothing(stopped: Ending) -> Survey:
    return Survey(dict.fromkeys(STRATEGIES, 0), stopped)


async def _yields(page: ResultPage, first: Look) -> Mapping[str, int]:
    """The panel last: what it opens lies over the page."""
    if gate(first):
        return dict.fromkeys(STRATEGIES, 0)
    links, tiles = await page.links(), await page.tiles()
    later = await page.more()
    data = read_data(first).take(read_data(later))
    return dict.fromkeys(STRATEGIES, 0) | {
        **{strategy: sum(hit.strategy == strategy for hit in data.hits.values()) for strategy in ("inline", "xhr")},
        "imgres": len(read_links(links).hits),
        "panel": len(await _pictures(page, tiles[:TILES_TO_OPEN])),
        "thumbnail": sum(thumbnail_hit(tile) is not None for tile in tiles),
    }


async def _pictures(page: ResultPage, tiles: list[Tile]) -> list[str]:
    pictures = [await page.full_image(tile) for tile in tiles]
    return [picture for picture in pictures if picture]
