"""The address of a search on Google Images, filters included: pure.

What `tbs` takes was read in public code of 2020 to 2026. The shape of a picture (`iar`) has been without effect since
`udm=2`; shapes are told by the results.
"""

from urllib.parse import urlencode

from services.scraper.engines import Query
from services.scraper.engines.vocabulary import COLOURS, Words, said, unsaid
from shared.filters import Filters

WORDS: Words = {
    "minimum_size": {
        "640x480": "isz:lt,islt:vga",
        "1024x768": "isz:lt,islt:xga",
        "2mp": "isz:lt,islt:2mp",
        "4mp": "isz:lt,islt:4mp",
        "8mp": "isz:lt,islt:8mp",
        "12mp": "isz:lt,islt:12mp",
    },
    "colour": {
        "colour": "ic:color",
        "black-and-white": "ic:gray",
        "transparent": "ic:trans",
        **{colour: f"ic:specific,isc:{colour}" for colour in COLOURS},
    },
    "kind": {
        "photo": "itp:photo",
        "face": "itp:face",
        "clipart": "itp:clipart",
        "line-drawing": "itp:lineart",
        "animated": "itp:animated",
    },
    "file_format": {"jpeg": "ift:jpg", "png": "ift:png", "gif": "ift:gif", "webp": "ift:webp"},
    "licence": {"share": "il:cl"},
    "age": {"day": "qdr:d", "week": "qdr:w", "month": "qdr:m", "year": "qdr:y"},
}
SAID_APART = ("safe_search", "language", "country")


def search_address(base: str, query: Query) -> str:
    filters = query.filters
    parameters = {"q": query.words, "udm": "2", "hl": "en", "safe": "active" if filters.safe_search else "off"}
    if tbs := ",".join(said(filters, WORDS).values()):
        parameters["tbs"] = tbs
    if filters.site:
        parameters["as_sitesearch"] = filters.site
    if filters.language:
        parameters["lr"] = f"lang_{filters.language}"
    if filters.country:
        parameters |= {"gl": filters.country.lower(), "cr": f"country{filters.country}"}
    return f"{base}/search?{urlencode(parameters)}"


def ignored(filters: Filters) -> frozenset[str]:
    """It tells Creative Commons from the rest, not what is commercial."""
    return unsaid(filters, WORDS, known=SAID_APART)
