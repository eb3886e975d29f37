"""What a search asks of this site: the words of ``q`` that are knobs, and the rest.

``q=red+cats+skin:2024+results:37`` searches for "red cats". The same can be typed into the search box.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Wish:
    words: str = ""
    skin: str = "2026-09"
    results: int = 700  # how many there are altogether
    batch: int = 100  # on the first page, and in each later request
    gate: str = ""  # what stands before the results, one of gates.GATES
    gate_from: int = 0  # it stands before results of this rank and later ones
    empty: bool = False  # a page with neither results nor a word that there are none
    slow_ms: int = 0  # before the page and every later batch
    silent: bool = False  # the page does not say that it has come to its end
    swap_ms: int = 40  # a panel shows the thumbnail for so long, then the picture
    stuck: int = 0  # each so-manieth tile has a panel that stays at the thumbnail; 1: all of them
    stale: bool = False  # the page replaces its tiles all the time
    hostile: bool = False  # every other record is broken, or made to hurt
    bad: int = 5  # percent of pictures that are of a bad kind
    kinds: tuple[str, ...] = ()  # the bad kinds that take turns; none named: all of them
    latency: bool = False  # picture hosts answer after 50-200 ms
    troubles: tuple[tuple[str, str], ...] = ()  # how other engines fail: a status, or a word of their twin


def _flag(value: str) -> bool:
    return value in ("on", "true", "yes", "1")


def _names(value: str) -> tuple[str, ...]:
    return tuple(value.split(","))


ENGINES = ("bing", "duckduckgo", "openverse", "commons")
KNOBS: dict[str, tuple[str, Callable[[str], object]]] = {  # word before the colon: field, reader
    "skin": ("skin", str),
    "results": ("results", int),
    "batch": ("batch", int),
    "gate": ("gate", str),
    "from": ("gate_from", int),
    "empty": ("empty", _flag),
    "slow": ("slow_ms", int),
    "silent": ("silent", _flag),
    "swap": ("swap_ms", int),
    "stuck": ("stuck", int),
    "stale": ("stale", _flag),
    "hostile": ("hostile", _flag),
    "bad": ("bad", int),
    "kinds": ("kinds", _names),
    "latency": ("latency", _flag),
}


def wish_of(q: str, default: Wish) -> Wish:
    """Raises ``ValueError`` if a knob has a value it cannot read."""
    words: list[str] = []
    changes: dict[str, Any] = {}
    for word in q.split():
        name, _, value = word.partition(":")
        if value and name in ENGINES:
            changes["troubles"] = (*changes.get("troubles", ()), (name, value))
        elif value and name in KNOBS:
            field, read = KNOBS[name]
            changes[field] = read(value)
        else:
            words.append(word)
    return replace(default, words=" ".join(words), **changes)
