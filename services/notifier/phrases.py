"""What people wrote, sizes and times, as a mail shows them."""

import re
import unicodedata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.zones import is_zone

_LONGEST_QUERY = 160
_JOINERS = "\u200c\u200d"  # some scripts need them, and links break at them
_INVISIBLE = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
_LINK_DOT = re.compile(r"(?<=[^\W_])[.\u3002\uff0e\uff61](?=[^\W\d_]{2})")
"""A dot, or one of those that browsers take for it, inside what may be a host name."""

_KILO = 1000
_MINUTE = 60
_HOUR = 60 * _MINUTE


def harmless(query: str) -> str:
    """One short line in which no mail program finds a link, an address, or a sign that turns the text round.

    Anyone can have a mail sent to anyone: what they wrote must not be worth sending.
    """
    line = " ".join("".join(_visible(sign) for sign in query).split())
    capped = line if len(line) <= _LONGEST_QUERY else line[:_LONGEST_QUERY].rstrip() + "…"
    return _LINK_DOT.sub("[.]", capped.replace("://", "[:]//").replace("@", "[at]"))


def _visible(sign: str) -> str:
    if sign in _JOINERS or unicodedata.category(sign) not in _INVISIBLE:
        return sign
    return " "


def size(count: int) -> str:
    """In bytes: `94.3 MB`."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB"):
        if amount < _KILO:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= _KILO
    return f"{amount:.1f} GB"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`Tuesday 3 March 2026, 14:32 (Europe/Berlin, UTC+01:00)`: a time nobody has to guess about."""
    local = at.astimezone(zone)
    offset = f"{local:%z}"
    place = zone.key if zone.key == "UTC" else f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}"
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({place})"


def duration(length: timedelta) -> str:
    """`20 minutes`, `1 hour 30 minutes`; below a minute in seconds, else never more than it is."""
    seconds = int(length.total_seconds())
    if seconds < _MINUTE:
        return _many(seconds, "second")
    parts = [(seconds // _HOUR, "hour"), (seconds % _HOUR // _MINUTE, "minute")]
    return " ".join(_many(number, unit) for number, unit in parts if number)


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def zone_of(name: str, default: str) -> ZoneInfo:
    return ZoneInfo(name if is_zone(name) else default)
