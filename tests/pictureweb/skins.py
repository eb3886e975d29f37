"""How the markup of the result page looked at different times. A skin is data; a scraper must read every one."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["results", "no results", "blocked", "page changed"]


@dataclass(frozen=True)
class Skin:
    """``seen_on``: when this markup was observed. ``verdict``: what a search must make of it."""

    name: str
    seen_on: str
    tile: str  # template of one result
    verdict: Verdict = "results"


SKINS = {
    skin.name: skin
    for skin in (
        Skin("2024", "2025-02", "tile-2024.html"),
        Skin("2026-09", "2026-09-16", "tile-2026-09.html"),
    )
}
