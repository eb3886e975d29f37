"""What a search must make of every page this site can show: skin, gate and shortage are words of its query."""

from dataclasses import dataclass
from typing import Literal

from tests.pictureweb.gates import GATES, Gate
from tests.pictureweb.skins import SKINS, Skin

Verdict = Literal["enough", "exhausted", "no results", "page changed", "blocked"]

BATCH, WANTED = 3, 4  # results on a page, and how many a search asks for: more than one page has
OPEN = Gate("none", None)


@dataclass(frozen=True)
class Shortage:
    """``verdict``: for a search that gets as far as the results. ``results``: how many it must come home with."""

    name: str
    knobs: str
    results: int
    verdict: Verdict


SHORTAGES = {
    shortage.name: shortage
    for shortage in (
        Shortage("none", "", 2 * BATCH, "enough"),
        Shortage("fewer", "results:2", 2, "exhausted"),
        Shortage("zero", "results:0", 0, "no results"),
        Shortage("empty", "empty:on", 0, "page changed"),
    )
}


@dataclass(frozen=True)
class Case:
    """``results``: how many it must find; ``read_by``: by which strategies."""

    skin: Skin
    gate: Gate
    shortage: Shortage

    @property
    def query(self) -> str:
        gate = f"gate:{self.gate.name}" if self.gate is not OPEN else ""
        return f"cats skin:{self.skin.name} {gate} batch:{BATCH} {self.shortage.knobs}"

    @property
    def verdict(self) -> Verdict:
        if self.gate.verdict:
            return self.gate.verdict
        return "exhausted" if self._ends_early else self.shortage.verdict

    @property
    def results(self) -> int:
        if self.gate.verdict:
            return 0
        return BATCH if self._ends_early else self.shortage.results

    @property
    def read_by(self) -> frozenset[str]:
        if not self.results:
            return frozenset()
        return frozenset(self.skin.read_by if self.results > BATCH else self.skin.read_by[:1])

    @property
    def _ends_early(self) -> bool:
        return self.skin.ends and self.shortage.verdict == "enough"


GATES_AND_NONE = (OPEN, *GATES.values())

EVERY_CASE = tuple(
    Case(skin, gate, shortage) for skin in SKINS.values() for gate in GATES_AND_NONE for shortage in SHORTAGES.values()
)


def is_in_short_form(case: Case) -> bool:
    """Every pair of skin and gate, of gate and shortage, of skin and shortage is in some of these.

    Save that a gate that answers instead of the page is asked once for each shortage: it knows no skins.
    """
    skin, gate = list(SKINS.values()).index(case.skin), GATES_AND_NONE.index(case.gate)
    shortage = list(SHORTAGES.values()).index(case.shortage)
    if case.gate is OPEN:
        return True
    if not case.gate.over:
        return (shortage + gate) % len(SKINS) == skin
    return (skin + gate) % len(SHORTAGES) == shortage


CASES = tuple(filter(is_in_short_form, EVERY_CASE))
