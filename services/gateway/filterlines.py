"""The filters as the pages show them. Pure."""

from collections.abc import Mapping, Sequence

from shared.filterwords import FILTER_WORDS, default_of, nouns_of

ENGINES = {
    "google": "Google",
    "bing": "Bing",
    "duckduckgo": "DuckDuckGo",
    "openverse": "Openverse",
    "commons": "Wikimedia Commons",
}

CHECKED_BY_US = frozenset({"minimum_size", "orientation", "file_format"})
"""What every picture tells itself: whatever an engine makes of these, they hold."""


def engine_words(engine: str) -> str:
    return ENGINES.get(engine, engine)


def ignored_words(ignored: Sequence[str]) -> str:
    """`could not filter by colour, date and has no safe search`; of an engine that could not apply these."""
    filtering = ", ".join(nouns_of(name for name in ignored if name != "safe_search"))
    parts = [f"could not filter by {filtering}"] if filtering else []
    return " and ".join(parts + ["has no safe search"] * ("safe_search" in ignored))


def chosen_in(values: Mapping[str, str]) -> dict[str, str]:
    """Which value each field stands at, by its name: what was typed, or the default."""
    return {wording.name: _standing(name, values.get(wording.name, "")) for name, wording in FILTER_WORDS.items()}


def is_narrowed(values: Mapping[str, str]) -> bool:
    """Whether any of the fields says something else than the default."""
    chosen = chosen_in(values)
    return any(chosen[wording.name] != default_of(name) for name, wording in FILTER_WORDS.items())


def _standing(name: str, typed: str) -> str:
    """A value of the list in whatever case it came; anything else as it was typed."""
    value = typed.strip().lower() or default_of(name)
    return value if value in FILTER_WORDS[name].choices else typed
