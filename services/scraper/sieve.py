"""Looks again at what an engine gave: whether it is what the filters ask for, as far as the engine says. Pure.

What it does not say, the size or the page, is no reason to leave a result out, save the site: that is on the page.
"""

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from shared.filters import FileFormat, Filters, Licence, MinimumSize
from shared.images import Hit
from shared.strangers import url_of

_FORMATS = {
    "jpg": FileFormat.JPEG,
    "jpeg": FileFormat.JPEG,
    "jpe": FileFormat.JPEG,
    "png": FileFormat.PNG,
    "gif": FileFormat.GIF,
    "webp": FileFormat.WEBP,
}
_NOT_COMMERCIAL = re.compile(r"\bNC\b|noncommercial", re.IGNORECASE)


def fits(hit: Hit, filters: Filters) -> bool:
    return (
        _fits_in_size(hit, filters)
        and _fits_in_format(hit.url, filters.file_format)
        and _fits_in_licence(hit.licence, filters.licence)
        and (not filters.site or _is_on(filters.site, hit.source_page))
    )


def _fits_in_size(hit: Hit, filters: Filters) -> bool:
    if hit.thumbnail_only:
        return filters.minimum_size is MinimumSize.ANY
    if hit.width is None or hit.height is None:
        return True
    large_enough = hit.width * hit.height >= filters.minimum_size.pixels
    return large_enough and filters.orientation.fits(hit.width, hit.height)


def _fits_in_format(address: str, wanted: FileFormat) -> bool:
    """An address that ends like another format is believed; one that ends like none says nothing."""
    said = _FORMATS.get(PurePosixPath(unquote(urlsplit(address).path)).suffix.lower().removeprefix("."))
    return wanted is FileFormat.ANY or said in (None, wanted)


def _fits_in_licence(said: str | None, wanted: Licence) -> bool:
    return wanted is not Licence.COMMERCIAL or said is None or not _NOT_COMMERCIAL.search(said)


def _is_on(site: str, page: str | None) -> bool:
    """Whoever says `www.` means the site."""
    site = site.removeprefix("www.")
    try:
        host = (url_of(page).raw_host or "") if page else ""
    except ValueError:
        return False
    return host == site or host.endswith(f".{site}")
