from datetime import UTC, datetime

import pytest

from services.gateway.asking.due import DueReading, Limits, read_due
from tests.unit.gateway.site import NOW


def reading(**changes: str) -> DueReading:
    named = {"date": "2021-09-20", "time": "11:41", "time-zone": "Europe/Berlin"}
    named |= {name.replace("_", "-"): value for name, value in changes.items()}
    return read_due(named.items(), now=NOW, limits=Limits())


def test_another_time_is_read_like_the_forms() -> None:
    found = reading()

    assert found.due is not None
    assert (found.due.at, found.due.twice) == (datetime(2021, 9, 20, 9, 41, tzinfo=UTC), False)
    assert not found.problems


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"date": ""}, {"date": "date_required"}),
        ({"date": "tomorrow", "time": "noon"}, {"date": "date_invalid", "time": "time_invalid"}),
        ({"date": "2021-08-30", "time": "11:28"}, {"time": "past"}),
        ({"date": "2020-09-20"}, {"date": "past"}),
        ({"date": "2023-09-20"}, {"date": "date_too_far"}),
        ({"date": "2022-03-27", "time": "2:30"}, {"time": "time_skipped"}),
        ({"time_zone": "Mars/Base"}, {"time-zone": "zone_unknown"}),
        ({"email": "a@example.com"}, {"email": "unknown_field"}),
    ],
)
def test_each_wrong_field_is_told_one_thing(changes: dict[str, str], codes: dict[str, str]) -> None:
    assert {name: problem.code for name, problem in reading(**changes).problems.items()} == codes
