"""How runs are counted by whoever works them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Reason
from shared.events import Stage
from shared.runmetrics import RunMetrics
from tests.growth import Growth, now


@pytest.fixture
def pack() -> RunMetrics:
    return RunMetrics(Stage.PACK, slots=4)


def test_a_run_fills_a_slot_while_it_is_worked_on(pack: RunMetrics) -> None:
    with pack.timed():
        assert now("aid_slots_busy", stage="pack") == 1

    assert now("aid_slots_busy", stage="pack") == 0
    assert now("aid_slots", stage="pack") == 4


def test_a_run_that_came_to_its_end_is_told_from_one_that_was_not_wanted(pack: RunMetrics) -> None:
    growth = Growth()
    with pack.timed() as ending:
        ending.how = "done"
    with pack.timed() as ending:
        ending.how = "unwanted"

    assert growth.all_of("aid_run_seconds_count") == {"done pack": 1, "unwanted pack": 1}


def test_a_run_that_failed_is_counted_with_its_reason(pack: RunMetrics) -> None:
    growth = Growth()
    with pack.timed() as ending:
        ending.failed(Reason.STORAGE_FULL)

    assert growth.all_of("aid_run_seconds_count") == {"failed pack": 1}
    assert growth.all_of("aid_run_failures_total") == {"storage_full pack": 1}


def test_a_run_that_is_cut_off_counts_as_handed_back(pack: RunMetrics) -> None:
    growth = Growth()
    with pytest.raises(asyncio.CancelledError), pack.timed():
        raise asyncio.CancelledError

    assert growth.all_of("aid_run_seconds_count") == {"handed_back pack": 1}
    assert growth.all_of("aid_run_failures_total") == {}


def test_only_a_first_run_has_waited_since_the_start_of_its_job(pack: RunMetrics) -> None:
    growth, started_at = Growth(), datetime.now(UTC) - timedelta(seconds=20)
    pack.begins(1, started_at)
    pack.begins(2, started_at)

    assert growth.all_of("aid_run_wait_seconds_count") == {"pack": 1}
    assert growth.of("aid_run_wait_seconds_bucket", stage="pack", le="10.0") == 0
    assert growth.of("aid_run_wait_seconds_bucket", stage="pack", le="30.0") == 1
