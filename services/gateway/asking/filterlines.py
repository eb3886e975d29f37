"""The filters as the pages show them. Pure."""

from collections.abc import Mapping

from shared.filterwords import FILTER_WORDS, default_of

CHECKED_BY_US = frozenset({"minimum_size", "orientation", "file_format"})
"""What every picture tells itself: whatever an engine makes of these, they hold."""


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
