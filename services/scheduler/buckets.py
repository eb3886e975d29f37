"""Buckets of the timer index: quarters of an hour, named by their beginning. Pure."""

from datetime import UTC, datetime, timedelta

BUCKET = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bucket_of(moment: datetime, length: timedelta = BUCKET) -> datetime:
    return _EPOCH + (moment - _EPOCH) // length * length


def bucket_for(due_at: datetime, *, now: datetime, cursor: datetime, length: timedelta = BUCKET) -> datetime:
    """Where a timer is indexed: never in a bucket that has been drained or may be just now."""
    return max(bucket_of(due_at, length), bucket_of(now, length), cursor)


def may_drain(bucket: datetime, *, now: datetime, length: timedelta = BUCKET) -> bool:
    """One bucket after its end: until then a write to it may still be on its way."""
    return now >= bucket + 2 * length
