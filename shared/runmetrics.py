"""How long runs wait and take, how they end, and how many slots they fill: told by whoever works them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from prometheus_client import Counter, Gauge, Histogram

from shared.errors import Reason
from shared.events import Stage

How = Literal["done", "failed", "unwanted", "handed_back"]

SECONDS = Histogram(
    "aid_run_seconds",
    "How long runs were worked on, by how that ended",
    ["stage", "outcome"],
    buckets=(0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1800),
)
WAITED = Histogram(
    "aid_run_wait_seconds",
    "From the start of a job until its first run was begun",
    ["stage"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 1800, 3600, 21600, 86400),
)
FAILURES = Counter("aid_run_failures_total", "Runs that ended without success, by reason", ["stage", "reason"])
SLOTS = Gauge("aid_slots", "Runs this process works at once at most", ["stage"])
BUSY = Gauge("aid_slots_busy", "Runs this process works now", ["stage"])


@dataclass
class Ending:
    """How a run ends; until it is said otherwise it was cut off, and goes to somebody else."""

    stage: str
    how: How = "handed_back"

    def failed(self, reason: Reason) -> None:
        self.how = "failed"
        FAILURES.labels(self.stage, reason.value).inc()


class RunMetrics:
    """Of one stage in one process."""

    def __init__(self, stage: Stage, slots: int) -> None:
        self._stage = stage.value
        SLOTS.labels(stage.value).set(slots)
        BUSY.labels(stage.value)
        WAITED.labels(stage.value)
        for how in get_args(How):
            SECONDS.labels(stage.value, how)
        for reason in Reason:
            FAILURES.labels(stage.value, reason.value)

    def begins(self, run: int, job_started_at: datetime | None) -> None:
        """A later run has not waited since the job's start; it is not counted."""
        if run == 1 and job_started_at is not None:
            WAITED.labels(self._stage).observe(max((datetime.now(UTC) - job_started_at).total_seconds(), 0))

    @contextmanager
    def timed(self) -> Iterator[Ending]:
        ending, began = Ending(self._stage), time.monotonic()
        try:
            with BUSY.labels(self._stage).track_inprogress():
                yield ending
        finally:
            SECONDS.labels(self._stage, ending.how).observe(time.monotonic() - began)
