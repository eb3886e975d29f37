"""Where a timer is indexed, and when a bucket may go."""

from datetime import UTC, datetime, timedelta

from services.scheduler.buckets import bucket_for, bucket_of, may_drain

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def test_a_bucket_is_the_quarter_of_an_hour_a_moment_lies_in() -> None:
    assert bucket_of(NOON) == NOON
    assert bucket_of(NOON + QUARTER - timedelta(milliseconds=1)) == NOON
    assert bucket_of(NOON + QUARTER) == NOON + QUARTER


def test_an_overdue_timer_goes_where_it_will_still_be_read() -> None:
    yesterday = NOON - timedelta(days=1)

    assert bucket_for(yesterday, now=NOON, cursor=yesterday) == NOON
    assert bucket_for(yesterday, now=NOON, cursor=NOON + QUARTER) == NOON + QUARTER
    assert bucket_for(NOON + timedelta(hours=3), now=NOON, cursor=NOON) == NOON + timedelta(hours=3)


def test_a_bucket_is_drained_one_bucket_after_its_end() -> None:
    assert not may_drain(NOON, now=NOON + 2 * QUARTER - timedelta(milliseconds=1))
    assert may_drain(NOON, now=NOON + 2 * QUARTER)
