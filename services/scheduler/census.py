"""What the shards of this process hold, counted whenever the metrics are read.

A job that is due in a week stands in Cassandra and nowhere else; only the timers of the next minutes are here.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from prometheus_client import Gauge

from services.scheduler.job import TimerKind

SHARDS = Gauge("aid_shards", "Shards this process decides on")
RUNNING = Gauge("aid_jobs_running", "Jobs under way; a minute after a shard was taken over all of them are known")
AHEAD = Gauge(
    "aid_timers_ahead",
    "Timers read ahead from the index; those that have become void meanwhile are among them",
    ["kind"],
)
OVERDUE = Gauge("aid_timers_overdue", "Timers whose time was more than five seconds ago, and that are not decided on")


class Shard(Protocol):
    @property
    def running(self) -> int: ...

    @property
    def overdue(self) -> int: ...

    def ahead(self, kind: TimerKind) -> int: ...


def tell_of(shards: Callable[[], Iterable[Shard]]) -> None:
    """From now on, until another is told of."""
    SHARDS.set_function(lambda: len(list(shards())))
    RUNNING.set_function(lambda: sum(shard.running for shard in shards()))
    OVERDUE.set_function(lambda: sum(shard.overdue for shard in shards()))
    for kind in TimerKind:
        AHEAD.labels(kind.value).set_function(partial(_ahead, shards, kind))


def _ahead(shards: Callable[[], Iterable[Shard]], kind: TimerKind) -> int:
    return sum(shard.ahead(kind) for shard in shards())
