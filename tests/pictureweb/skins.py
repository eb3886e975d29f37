"""How the markup of the result page looked at different times. A skin is data; a scraper must read every one."""

from dataclasses import dataclass
from typing import Literal

Strategy = Literal["inline", "xhr", "imgres", "panel", "thumbnail"]
Inline = Literal["", "W_jd", "AF_initDataCallback"]
Later = Literal["", "records", "tiles", "html", "json"]


@dataclass(frozen=True)
class Skin:
    """``seen_on``: when this markup was observed. ``read_by``: what a search must read it by, the first page first."""

    name: str
    seen_on: str
    read_by: tuple[Strategy, ...]
    tile: str  # template of one result
    layout: str  # template of what is around them
    inline: Inline = ""  # how the page's own script holds the records
    later: Later = ""  # what it loads on scrolling; nothing, where it cannot
    panel: str = ""  # template of what a click on a tile opens

    @property
    def ends(self) -> bool:
        """What there is on the first page is all that this layout shows."""
        return not self.later


_AF: Inline = "AF_initDataCallback"
_BOTH: tuple[Strategy, ...] = ("inline", "xhr")

SKINS = {
    skin.name: skin
    for skin in (
        Skin("2020", "2020-07", _BOTH, "tile-2020.html", "layout-2020.html", _AF, "html", "panel-2020.html"),
        Skin("2023", "2023-10", _BOTH, "tile-2023.html", "layout-2020.html", _AF, "json", "panel-2023.html"),
        Skin("2024", "2025-02", _BOTH, "tile-2024.html", "layout-2024.html", "W_jd", "records", "panel-2024.html"),
        Skin("2024-bare", "2025-02", ("panel",), "tile-2024.html", "layout-2024.html", "", "tiles", "panel-2024.html"),
        Skin("no-script", "2026-08", ("imgres",), "tile-no-script.html", "layout-no-script.html"),
        Skin("2026-08", "2026-08-29", ("thumbnail",), "tile-2026-08.html", "layout-2026-08.html", "", "tiles"),
        Skin(
            "2026-09",
            "2026-09-16",
            _BOTH,
            "tile-2026-09.html",
            "layout-2024.html",
            "W_jd",
            "records",
            "panel-2024.html",
        ),
    )
}
