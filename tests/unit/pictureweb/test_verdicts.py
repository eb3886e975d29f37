"""What the picture web says that a search must make of its pages, and the table that is printed of it."""

from itertools import product

from tests.pictureweb.gates import GATES
from tests.pictureweb.matrix import line, table
from tests.pictureweb.skins import SKINS
from tests.pictureweb.verdicts import BATCH, CASES, EVERY_CASE, GATES_AND_NONE, OPEN, SHORTAGES, Case


def case(skin: str = "2026-09", gate: str = "", shortage: str = "none") -> Case:
    return Case(SKINS[skin], GATES[gate] if gate else OPEN, SHORTAGES[shortage])


def test_every_skin_gate_and_shortage_has_a_verdict() -> None:
    assert len(EVERY_CASE) == len(SKINS) * len(GATES_AND_NONE) * len(SHORTAGES)


def test_every_pair_that_can_matter_is_in_the_short_form() -> None:
    pairs = {
        frozenset(pair)
        for one in CASES
        for pair in (
            (one.skin.name, one.gate.name),
            (one.gate.name, one.shortage.name),
            (one.skin.name, one.shortage.name),
        )
    }

    gates = [gate.name for gate in GATES_AND_NONE]
    overlying = [gate.name for gate in GATES_AND_NONE if gate.over]
    wanted = [*product(SKINS, overlying), *product(gates, SHORTAGES), *product(SKINS, SHORTAGES)]
    assert pairs >= {frozenset(pair) for pair in wanted}


def test_a_wall_comes_before_a_shortage() -> None:
    assert case(gate="sorry", shortage="zero").verdict == "blocked"
    assert case(gate="consent", shortage="zero").verdict == "no results"


def test_a_page_that_fits_is_read_by_its_first_strategy_alone() -> None:
    assert case().read_by == {"inline", "xhr"}
    assert case(shortage="fewer").read_by == {"inline"}
    assert case(shortage="empty").read_by == frozenset()


def test_a_layout_that_loads_no_more_ends_early() -> None:
    assert (case("no-script").verdict, case("no-script").results) == ("exhausted", BATCH)


def test_the_table_has_a_row_for_each_gate_and_points_at_what_is_wrong() -> None:
    rows = table([line(case(), "enough", right=True), line(case(gate="sorry"), "no_results", right=False)])

    assert "2 pages, 1 wrong" in rows[0]
    assert len(rows) == 3 + len(GATES_AND_NONE)
    assert rows[3].split()[-1] == "E..."
    assert next(row for row in rows if row.startswith("sorry")).split()[-1] == "?..."
