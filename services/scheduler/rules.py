"""The numbers the scheduler decides by."""

from dataclasses import dataclass
from datetime import timedelta

FRESH = timedelta(seconds=10)
"""A heartbeat comes every two seconds; five missed ones in a row mean the worker is gone."""

ASK_AGAIN = timedelta(minutes=10)
"""A search nobody has claimed is asked for again after this; the first request may have been lost."""

OVERLOADED_AFTER = timedelta(hours=24)
FIRST_BACK_OFF = timedelta(seconds=10)
MAX_LOST_RUNS = 10
"""Runs lost with their worker are not the job's fault, until it looks as if the job kills them."""

MAIL_PATIENCE = timedelta(hours=4)
NET = timedelta(hours=4, minutes=30)
"""Clean-up when no report of a mail ever comes."""


@dataclass(frozen=True)
class Rules:
    """What an operator may set.

    `link`: how long a mailed link lives; `cleanup`: when all is deleted, both from the mail's acceptance.
    `max_runs`: how many may fail. `watchdog`: a worker that died is noticed this long after its last heartbeat.
    """

    link: timedelta = timedelta(minutes=20)
    cleanup: timedelta = timedelta(minutes=30)
    max_runs: int = 3
    watchdog: timedelta = timedelta(seconds=60)
