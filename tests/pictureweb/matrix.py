"""The table of what searches have made of every skin, gate and shortage: a row a gate, a column a skin. Pure."""

from collections.abc import Iterable, Sequence

from tests.pictureweb.verdicts import SHORTAGES

PROPERTY = "google verdicts"
"""Of a test's report: a `line` for each gate."""

LETTERS = {"enough": "E", "exhausted": "X", "no_results": "N", "page_changed": "C", "blocked": "B", "broken": "!"}


def line(skin: str, gate: str, judged: Sequence[tuple[str, bool]]) -> str:
    """``judged``: for each shortage the ending, and whether that and all else is right."""
    cell = "".join(LETTERS[ending] if right else f"[{LETTERS[ending]}]" for ending, right in judged)
    return f"{skin}|{gate}|{cell}"


def table(lines: Iterable[str]) -> list[str]:
    """Rows of text; wrong ones stand in brackets."""
    cells = {(skin, gate): cell for skin, gate, cell in (text.split("|") for text in lines)}
    skins, gates = (list(dict.fromkeys(key[at] for key in cells)) for at in (0, 1))
    wrong = sum(cell.count("[") for cell in cells.values())
    count = sum(len(cell.replace("[", "").replace("]", "")) for cell in cells.values())
    return [
        f"Google Images, {count} pages, {wrong} wrong; in each cell the shortages {', '.join(SHORTAGES)}",
        ", ".join(f"{letter} {ending.replace('_', ' ')}" for ending, letter in LETTERS.items()),
        " ".join([f"{'':15}", *(f"{skin:>9}" for skin in skins)]),
        *(" ".join([f"{gate:15}", *(f"{cells.get((skin, gate), ''):>9}" for skin in skins)]) for gate in gates),
    ]
