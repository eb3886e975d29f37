"""What the engines are called, and what is said of those that left filters out. Pure."""

from collections.abc import Sequence

from shared.filterwords import nouns_of

ENGINES = {
    "google": "Google",
    "bing": "Bing",
    "duckduckgo": "DuckDuckGo",
    "openverse": "Openverse",
    "commons": "Wikimedia Commons",
}


def engine_words(engine: str) -> str:
    return ENGINES.get(engine, engine)


def ignored_words(ignored: Sequence[str]) -> str:
    """`could not filter by colour, date and has no safe search`; of an engine that could not apply these."""
    filtering = ", ".join(nouns_of(name for name in ignored if name != "safe_search"))
    parts = [f"could not filter by {filtering}"] if filtering else []
    return " and ".join(parts + ["has no safe search"] * ("safe_search" in ignored))
