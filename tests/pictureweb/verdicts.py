"""What a search must make of every page this site can show: each knob, to be put after the words of a query."""

from tests.pictureweb.gates import GATES
from tests.pictureweb.skins import SKINS, Verdict

VERDICTS: dict[str, Verdict] = {
    **{f"skin:{skin.name}": skin.verdict for skin in SKINS.values()},
    **{f"gate:{gate.name}": gate.verdict for gate in GATES.values()},
    "results:0": "no results",
    "empty:true": "page changed",
}
