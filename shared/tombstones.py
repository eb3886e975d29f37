"""Deletes after a job's end are stamped ahead of the clock. Pure.

A worker that slept through the end may still write a row, and a clock that was put back has stamped what it wrote
before with times to come: stamped so, the delete wins. Nothing of an ended job is ever to be written again.
"""

from datetime import UTC, datetime, timedelta

AHEAD = timedelta(days=1)


def ahead_of_the_clock() -> int:
    """Microseconds since 1970, for `USING TIMESTAMP`."""
    return int((datetime.now(UTC) + AHEAD).timestamp() * 1_000_000)
