"""What a look at a page of Google Images means for the search: pure."""

from urllib.parse import urlsplit

from services.scraper.engines import Ending
from services.scraper.engines.google_page import Look

IDLE_LOOKS = 2
"""So many in a row that bring what is known already: it would scroll for ever."""

FORBIDDEN, TOO_MANY_REQUESTS, SERVER_ERROR = 403, 429, 500


def gate(look: Look) -> Ending | None:
    """What stands before the results, or None. A result page merely mentions the words of a block page in its code."""
    parts = urlsplit(look.address)
    if (parts.hostname or "").startswith("sorry.") or parts.path.startswith("/sorry"):
        return Ending.BLOCKED
    if look.status in (FORBIDDEN, TOO_MANY_REQUESTS) or look.refused or look.asks or "/sorry/" in look.stub:
        return Ending.BLOCKED
    if parts.scheme not in ("http", "https") or look.status >= SERVER_ERROR:
        return Ending.BROKEN  # the browser's own page about a lost connection, or a server that is not well
    return Ending.NO_RESULTS if look.nothing else None


def ending(look: Look, *, known: int, idle: int) -> Ending | None:
    """Why there is no more after this look, with so many hits known and so many looks that brought none."""
    if stopped := gate(look):
        return stopped
    if not known:
        return Ending.PAGE_CHANGED
    silent = idle > 0 and not look.scripts and not look.bodies
    return Ending.EXHAUSTED if look.ended or silent or idle >= IDLE_LOOKS else None
