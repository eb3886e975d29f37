import json
from datetime import UTC, datetime

from services.packager.report import Report, engine_reports, report_json
from shared.searches import Asked, Search

NOW = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)


def test_the_report_carries_the_counts_and_how_each_engine_went() -> None:
    search = Search(
        True,
        14,
        (
            Asked("google", "blocked"),
            Asked("openverse", "enough", found=14, unusable=2, left_out=5, ignored=("kind", "age")),
        ),
    )
    report = Report(
        query="caf\u00e9",
        filters={"type": "photo", "published": "week"},
        asked=10,
        found=14,
        kept=9,
        thumbnails=1,
        refused={"gone": 2, "duplicate": 1},
        not_needed=2,
        engines=engine_reports(search),
        search_stopped_because="exhausted",
        started_at=NOW,
        finished_at=NOW,
    )

    read = json.loads(report_json(report))
    assert read["query"] == "caf\u00e9"
    assert (read["asked"], read["found"], read["kept"], read["refused"]) == (10, 14, 9, {"gone": 2, "duplicate": 1})
    assert read["not_needed"] == 2
    assert read["filters"] == {"type": "photo", "published": "week"}
    assert [engine["ending"] for engine in read["engines"]] == ["blocked", "enough"]
    assert read["engines"][1] == {
        "engine": "openverse",
        "ending": "enough",
        "found": 14,
        "unusable": 2,
        "left_out": 5,
        "filters_ignored": ["type", "published"],
    }
    assert datetime.fromisoformat(read["started_at"]) == NOW


def test_a_search_nobody_has_heard_of_has_asked_no_engine() -> None:
    assert engine_reports(None) == ()
