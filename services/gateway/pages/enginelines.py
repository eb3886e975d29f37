"""What became of each engine that a search has turned to, in words. Pure."""

from shared.searches import CUT_OFF, NOT_ASKED, UNDER_WAY, Asked

_ENDINGS = {
    "enough": "had enough",
    "exhausted": "had no more",
    "no_results": "had nothing for this",
    "blocked": "turned us away",
    "page_changed": "answered in a way we do not understand yet",
    "broken": "broke off",
    NOT_ASKED: "not asked: it has lately turned us away",
    UNDER_WAY: "searching",
    CUT_OFF: "not heard to the end",
}


def ending_words(asked: Asked) -> str:
    """`120 found, 7 left out by your filters, had no more`.

    An ending we do not know yet, from a newer scraper, is shown as the words it is.
    """
    found = [f"{asked.found} found"] if asked.found else []
    left_out = [f"{asked.left_out} left out by your filters"] if asked.left_out else []
    return ", ".join([*found, *left_out, _ENDINGS.get(asked.ending) or asked.ending.replace("_", " ")])
