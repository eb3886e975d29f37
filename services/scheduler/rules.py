"""The numbers the scheduler decides by."""

from dataclasses import dataclass
from datetime import timedelta

FRESH = timedelta(seconds=10)
"""A heartbeat comes every two seconds; five missed ones in a row make the worker doubtful."""

LOOK_TWICE = timedelta(seconds=5)
"""A doubtful worker that shows nothing new for this long is gone. It has nothing to do with whose clock is right."""

ASK_AGAIN = timedelta(minutes=10)
"""A search nobody has claimed is asked for again after this; the first request may have been lost."""

PART_OF_THE_WAIT = 6
LONGEST_REST = timedelta(minutes=30)
"""Work that waits is looked after again when it has waited longer by such a part, or by so much."""

NOBODY_ASKED = timedelta(hours=1)
"""Between two such requests: the schedulers themselves were away."""

OVERLOADED_AFTER = timedelta(hours=24)
LONGEST_BACK_OFF = timedelta(minutes=5)

LONGEST_WAIT = timedelta(hours=1)
"""For what a worker says must be over before another run."""
FULL_DISK = 12
"""Room comes back as archives expire, not within seconds: for that one backs off so many times as long."""

AT_ONCE = 3
"""So often a run that was handed back restarts at once; a worker that always hands back must not spin."""

HANDED_BACK_FOR = timedelta(hours=24)
"""Handed back again after so long, the job is given up."""

MAX_LOST_RUNS = 10
"""Runs lost with their worker are not the job's fault, until it looks as if the job kills them."""

MAIL_PATIENCE = timedelta(hours=4)
NET = timedelta(hours=4, minutes=30)
"""Clean-up when no report of a mail ever comes."""


def cut(exact: timedelta) -> timedelta:
    """To the milliseconds that Cassandra keeps: a timer is recognised by its time."""
    return exact - exact % timedelta(milliseconds=1)


@dataclass(frozen=True)
class Rules:
    """What an operator may set.

    `link`: how long a mailed link lives; `cleanup`: when all is deleted, both from the mail's acceptance.
    `max_runs`: how many may fail; `back_off`: the longest pause after the first that did. `watchdog`: a worker that
    died is noticed this long after its last heartbeat.
    """

    link: timedelta = timedelta(minutes=20)
    cleanup: timedelta = timedelta(minutes=30)
    max_runs: int = 3
    back_off: timedelta = timedelta(seconds=10)
    watchdog: timedelta = timedelta(seconds=60)
