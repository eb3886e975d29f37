"""Addresses a stranger gave us: only plain http and https are followed. Where they lead is the guard's business."""

from yarl import URL

from services.packager.tries import TryFailedError
from shared.refusals import Refusal
from shared.strangers import url_of

_SCHEMES = frozenset({"http", "https"})


def picture_address(text: str) -> URL:
    """TryFailedError when it is none we follow."""
    try:
        url = url_of(text)
    except ValueError as error:
        raise TryFailedError(Refusal.FORBIDDEN_ADDRESS) from error
    # With a user in it, aiohttp would send an Authorization header.
    if url.scheme not in _SCHEMES or not url.raw_host or url.raw_user or url.raw_password:
        raise TryFailedError(Refusal.FORBIDDEN_ADDRESS)
    return url


def redirected(url: URL, location: str) -> URL:
    """Where `url` sends us; TryFailedError when we do not follow."""
    try:
        target = url.join(url_of(location))
    except ValueError as error:
        raise TryFailedError(Refusal.FORBIDDEN_ADDRESS) from error
    return picture_address(str(target))


def referer(source_page: str | None) -> str | None:
    """The page as a header value, or None when it is no address."""
    try:
        return str(picture_address(source_page)) if source_page else None
    except TryFailedError:
        return None
