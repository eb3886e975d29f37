"""The table of what searches have made of every skin, gate and shortage: a row a gate, a column a skin. Pure."""

from collections.abc import Iterable

from tests.pictureweb.skins import SKINS
from tests.pictureweb.verdicts import GATES_AND_NONE, SHORTAGES, Case

PROPERTY = "google verdict"
"""Of a test's report: a `line` for each case."""

LETTERS = {"enough": "E", "exhausted": "X", "no_results": "N", "page_changed": "C", "blocked": "B", "broken": "!"}
NOT_ASKED, WRONG = ".", "?"


def line(case: Case, ending: str, *, right: bool) -> str:
    """``right``: the ending and everything else."""
    return f"{case.skin.name}|{case.gate.name}|{case.shortage.name}|{LETTERS[ending] if right else WRONG}"


def table(lines: Iterable[str]) -> list[str]:
    """Rows of text."""
    letters = {tuple(place): letter for *place, letter in (text.split("|") for text in lines)}
    wrong = sum(letter == WRONG for letter in letters.values())
    legend = (f"{letter} {ending.replace('_', ' ')}" for ending, letter in LETTERS.items())
    return [
        f"Google Images, {len(letters)} pages, {wrong} wrong; in each cell the shortages {', '.join(SHORTAGES)}",
        f"{', '.join(legend)}, {NOT_ASKED} not asked here, {WRONG} wrong",
        _row("", SKINS),
        *(_row(gate.name, (_cell(letters, skin, gate.name) for skin in SKINS)) for gate in GATES_AND_NONE),
    ]


def _cell(letters: dict[tuple[str, ...], str], skin: str, gate: str) -> str:
    return "".join(letters.get((skin, gate, shortage), NOT_ASKED) for shortage in SHORTAGES)


def _row(name: str, cells: Iterable[str]) -> str:
    return " ".join([f"{name:15}", *(f"{cell:>9}" for cell in cells)])
