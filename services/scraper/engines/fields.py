"""The parts of a result as an engine says them, made safe to keep: pure. What cannot be used becomes None."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

MAX_ADDRESS = 4_096
MAX_TEXT = 500
MAX_PIXELS = 1_000_000
MAX_DIGITS = 7

_UNSEEN = re.compile(r"[\x00-\x20\x7f\ud800-\udfff]")
_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"\s+")


def address(value: Any) -> str | None:
    """An absolute http or https address; not `data:`, `javascript:`, and what is no address at all."""
    if not isinstance(value, str) or len(value) > MAX_ADDRESS or _UNSEEN.search(value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in ("http", "https") and parts.hostname else None


def text(value: Any) -> str | None:
    """Escaped half by half, a character beyond the first 65,536 arrives as two surrogates; a half alone is lost."""
    if not isinstance(value, str):
        return None
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.strip()[:MAX_TEXT] or None


def text_of_html(value: Any) -> str | None:
    """Its words without markup, in one line."""
    if not isinstance(value, str):
        return None
    return text(_SPACES.sub(" ", unescape(_TAG.sub(" ", value[: 20 * MAX_TEXT]))))


def number(digits: Any) -> int | None:
    """Of ASCII digits; no more of them than make sense."""
    plain = isinstance(digits, str) and digits.isascii() and digits.isdecimal() and len(digits) <= MAX_DIGITS
    return int(digits) if plain else None


def pixels(value: Any) -> int | None:
    return value if type(value) is int and 0 < value <= MAX_PIXELS else None
