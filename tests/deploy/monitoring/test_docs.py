"""Whoever is woken finds at once what to do."""

import re

from deploy.observability.files import ROOT
from tests.deploy.monitoring.sayings import alerts

DOCS = ROOT / "docs" / "operations.md"
HEADINGS = re.findall(r"^### Alert: (\w+)$", DOCS.read_text(), flags=re.MULTILINE)


def test_every_alert_has_its_heading_in_the_same_order_and_every_heading_its_alert() -> None:
    assert [rule["alert"] for rule in alerts()] == HEADINGS


def test_every_alert_says_what_is_the_matter_how_bad_it_is_and_where_to_read_on() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
        assert rule["annotations"]["runbook_url"] == f"docs/operations.md#alert-{rule['alert'].lower()}"
