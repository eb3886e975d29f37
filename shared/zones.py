"""The names of time zones."""

from functools import cache
from zoneinfo import available_timezones

_NO_PLACES = frozenset({"Factory", "localtime"})
"""Files of the zone database that mean "not set up"."""


def is_zone(name: str) -> bool:
    """Whether it is an IANA name. Reading one that is not may open any file of that name, or a folder."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACES
