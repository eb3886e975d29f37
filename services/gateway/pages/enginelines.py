"""What became of each engine that a search has turned to, in words. Pure."""

from shared.searches import NOT_ASKED, UNDER_WAY, Asked

_ENDINGS = {
    "enough": "had enough",
    "exhausted": "had no more",
    "no_results": "had nothing for this",
    "blocked": "turned us away",
    "page_changed": "answered in a way we do not understand yet",
    "broken": "broke off",
    NOT_ASKED: "not asked: it has lately turned us away",
    UNDER_WAY: "searching",
}


def ending_words(asked: Asked) -> str:
    """`120 found, had no more`. An ending we do not know yet, from a newer scraper, is shown as the words it is."""
    ending = _ENDINGS.get(asked.ending) or asked.ending.replace("_", " ")
    return f"{asked.found} found, {ending}" if asked.found else ending
