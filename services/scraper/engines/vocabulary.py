"""How filters are said in an engine's own words, and which of them it has no word for. Pure."""

from collections.abc import Collection, Mapping

from shared.filters import Filters

Words = Mapping[str, Mapping[str, str]]
"""By filter and by value, both as `Filters` names them."""

TOLD_BY_RESULTS = frozenset({"minimum_size", "orientation", "file_format", "site"})
"""Looked at again on whatever came, so no engine can fail at them."""


COLOURS = ["red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "white", "gray", "black", "brown"]


def said(filters: Filters, words: Words) -> dict[str, str]:
    """The engine's words for those that are chosen, by filter."""
    chosen = {name: words[name].get(str(getattr(filters, name))) for name in words if name in filters.chosen}
    return {name: word for name, word in chosen.items() if word is not None}


def unsaid(filters: Filters, words: Words, *, known: Collection[str] = ()) -> frozenset[str]:
    """Those chosen that go without a word; `known` are said in another way."""
    return filters.chosen - TOLD_BY_RESULTS - said(filters, words).keys() - set(known)


def unsaid_by_market(filters: Filters, words: Words) -> frozenset[str]:
    """Of an engine that has a safe search, and takes language and country only together."""
    return unsaid(filters, words, known=("safe_search", *(("language", "country") if market(filters) else ())))


def market(filters: Filters) -> tuple[str, str] | None:
    """Language and country, for engines that take only both."""
    return (filters.language, filters.country) if filters.language and filters.country else None


def words_with_site(words: str, site: str) -> str:
    return f"{words} site:{site}" if site else words
