"""What the pages of Google Images have been known by: every selector and every sentence, and when it was last seen.

Class names change with every release. What is written here outlived several, or belongs to a layout that Google still
sends to somebody; it was read in public code and captures, and is an observation, not a contract.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """A CSS selector or a sentence in the language we ask for (`hl=en`). `seen_on`: a year, a month or a day."""

    text: str
    seen_on: str


REJECT_ALL = (
    Sign("#W0wltc", "2025-02"),
    Sign('form[action*="consent"] button[aria-label^="Reject all"]', "2024"),
    Sign('button[aria-label^="Reject all"]', "2024"),
)
CONSENT_FRAME = (Sign('iframe[src*="consent"]', "2022"),)

CAPTCHA = (Sign("form#captcha-form", "2026"),)
UNUSUAL = (Sign("Our systems have detected unusual traffic", "2026"),)
"""Both only of a page without results: the badge of a captcha that asks nothing lies on many."""

NO_RESULTS = (
    Sign("did not match any image results", "2025"),
    Sign("did not match any documents", "2025"),
    Sign("aren't any matches for your search", "2025"),
)
END_AT = (Sign("[role=status]", "2023"), Sign(".Yu2Dnd", "2023"))
END = (Sign("Looks like you've reached the end", "2023"),)

SHOW_MORE = (Sign("input.mye4qd", "2023-10"), Sign(".LZ4I", "2023"))

IMGRES = (Sign('a[href*="/imgres?"]', "2026-08"),)

TILE_IMAGES = (
    Sign('div[id^="e-"] img', "2026-09-16"),
    Sign(".DeNS1c img", "2026-09-16"),
    Sign('img[src^="https://encrypted-tbn"]', "2026-08-29"),
    Sign("div[data-lpage] img", "2025-02"),
    Sign('div[jsname="dTDiAc"] img', "2025-02"),
    Sign("div.H8Rx8c img", "2025-02"),
    Sign("#islrg img.rg_i", "2023-10"),
)
ADVERTISEMENT = (Sign(".pla-unit", "2026-09-16"),)
SMALLEST = 60
"""Pixels of width; what is narrower is an icon (46 at most, seen 2026-08-29)."""

FULL_IMAGES = (
    Sign('img[jsname="kn3ccd"]', "2025-02"),
    Sign('div[jsname="figiqf"] img', "2025-02"),
    Sign("img.iPVvYb", "2024-01"),
    Sign("img.r48jcc", "2023-04"),
    Sign("img.n3VNCb", "2022"),
)
THUMBNAIL_HOST = "gstatic.com"
CLOSE = (Sign('[aria-label="Close"]', "2025-02"),)


def texts(signs: tuple[Sign, ...]) -> list[str]:
    return [sign.text for sign in signs]
