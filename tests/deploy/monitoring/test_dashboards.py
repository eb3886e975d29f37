"""The dashboards are what is drawn of them, and can be read."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from deploy.observability.files import MONITORING, made
from tests.deploy.monitoring.sayings import of_dashboards

DRAWN = {path.stem: json.loads(path.read_text()) for path in sorted((MONITORING / "dashboards").glob("*.json"))}


def panels(name: str) -> list[dict[str, Any]]:
    return [panel for panel in DRAWN[name]["panels"] if panel["type"] != "row"]


def test_what_is_made_lies_there_as_it_would_be_made_now() -> None:
    assert {path: path.read_text() for path in made()} == made()


@pytest.mark.parametrize("name", DRAWN)
def test_every_panel_says_what_it_shows_in_which_unit_and_of_the_chosen_prometheus(name: str) -> None:
    for panel in panels(name):
        assert panel["title"]
        assert panel["description"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["type"] == "table" or panel["fieldConfig"]["defaults"]["unit"]
    assert DRAWN[name]["templating"]["list"][0]["name"] == "datasource"


@pytest.mark.parametrize("name", DRAWN)
def test_no_two_panels_lie_on_each_other_and_none_has_the_number_of_another(name: str) -> None:
    taken = Counter(
        (x, y)
        for place in (panel["gridPos"] for panel in DRAWN[name]["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    )

    assert max(taken.values()) == 1
    assert max(x for x, _ in taken) < 24
    assert max(Counter(panel["id"] for panel in DRAWN[name]["panels"]).values()) == 1


def test_a_legend_names_only_labels_that_are_left() -> None:
    for said in of_dashboards():
        if said.grouped_by:
            assert set(re.findall(r"{{(\w+)}}", said.legend)) <= said.grouped_by, said.where
