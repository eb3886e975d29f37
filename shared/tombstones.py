"""Deletes after a job's end are stamped ahead of the clock. Pure.

A worker that slept through the end may still write a row; stamped so, the delete wins over what comes a little later.
"""

from datetime import UTC, datetime, timedelta

AHEAD = timedelta(minutes=1)


def ahead_of_the_clock() -> int:
    """Microseconds since 1970, for `USING TIMESTAMP`."""
    return int((datetime.now(UTC) + AHEAD).timestamp() * 1_000_000)
