"""Whose each picture is, for people: `ATTRIBUTION.md`. Pure.

Title, author, source and licence of each, as far as the search said; a licence named by a search engine is a hint.
"""

import re
from collections.abc import Iterable

from services.packager.manifest import Entry

ATTRIBUTION = "ATTRIBUTION.md"

_HEAD = """# Whose pictures these are

What the search engines said, not checked by anybody. Without a licence here ask before you publish; a licence of an
engine is a hint and no grant. Pictures are as they were found: nothing was cut, scaled or converted.
"""
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&])")
_UNSAFE = re.compile(r"[<>\\\s]")
_BREAKS = re.compile(r"\s+")


def attribution_md(entries: Iterable[Entry]) -> bytes:
    """One paragraph a picture, in order of rank."""
    paragraphs = [_paragraph(entry) for entry in sorted(entries, key=lambda entry: entry.rank)]
    return "\n".join((_HEAD, *paragraphs)).encode()


def _paragraph(entry: Entry) -> str:
    title = _plain(entry.title) if entry.title else "untitled"
    parts = [
        f"“{_linked(title, entry.source_page_url)}”",
        f"by {_linked(_plain(entry.creator), entry.creator_url)}" if entry.creator else "author unknown",
        _linked(_plain(entry.licence), entry.licence_url) if entry.licence else "licence unknown",
    ]
    credit = f" Credit line: {_plain(entry.attribution_text)}" if entry.attribution_text else ""
    small = " A thumbnail, not the original." if entry.thumbnail_only else ""
    return f"- `{entry.file}`: {', '.join(parts)}.{credit}{small}"


def _linked(words: str, address: str | None) -> str:
    return f"[{words}](<{_UNSAFE.sub(_escaped, address)}>)" if address else words


def _escaped(sign: re.Match[str]) -> str:
    return f"%{ord(sign[0]):02X}"


def _plain(text: str | None) -> str:
    """What strangers wrote, in one line, without a meaning in Markdown."""
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", text or "").strip())
