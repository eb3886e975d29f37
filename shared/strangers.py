"""Addresses as strangers write them."""

from yarl import URL


def url_of(text: str) -> URL:
    """ValueError when it is none."""
    try:
        return URL(text)
    except IndexError as error:  # yarl's answer to brackets around no host, as in `http://[]@`
        raise ValueError("no address") from error
