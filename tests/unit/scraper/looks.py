"""What a look at a page of Google Images sees when nothing is the matter, and nothing has been loaded."""

from services.scraper.engines.google_page import Look

LOOK = Look(
    address="https://www.google.com/search?q=cats&udm=2",
    status=200,
    stub="",
    asks=False,
    nothing=False,
    ended=False,
    refused=False,
    retry_after="",
    scripts=(),
    bodies=(),
)
