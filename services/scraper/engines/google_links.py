"""Results that Google Images gives as `/imgres` links: pure.

Seen in 2026-08 in the layout without scripts: `/imgres?imgurl=…&imgrefurl=…&w=…&h=…&tbnid=…&docid=…`.
"""

from collections.abc import Iterable
from urllib.parse import parse_qs, quote, urlsplit

from services.scraper.engines.fields import address, number, pixels
from services.scraper.engines.google_records import Reading
from shared.images import Hit

THUMBNAIL = "https://encrypted-tbn0.gstatic.com/images?q=tbn:"
MAX_FIELDS = 40


def read_links(links: Iterable[str]) -> Reading:
    """In the order of the page. A link that names no picture is counted and passed over."""
    reading = Reading()
    for link in links:
        said = _said(link)
        hit = _hit(said)
        reading.add(said.get("docid") or (hit.url if hit else ""), hit)
    return reading


def _said(link: str) -> dict[str, str]:
    try:
        values = parse_qs(urlsplit(link).query, max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}
    return {name: value[0] for name, value in values.items()}


def _hit(said: dict[str, str]) -> Hit | None:
    if not (url := address(said.get("imgurl"))):
        return None
    thumbnail = said.get("tbnid")
    return Hit(
        url=url,
        source_page=address(said.get("imgrefurl")),
        width=pixels(number(said.get("w"))),
        height=pixels(number(said.get("h"))),
        thumbnail=address(f"{THUMBNAIL}{quote(thumbnail)}") if thumbnail else None,
        strategy="imgres",
    )
