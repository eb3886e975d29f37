"""The rows this process has itself brought to their end: decided, published, indexed."""

from collections import OrderedDict
from uuid import UUID

from services.scheduler.job import Job

ROWS = 20_000
"""About 1.5 kB each."""


class Remembered:
    """The latest of them, of all shards.

    When a shard has been elsewhere and comes back, what is remembered of it is still true, or too old to decide on.
    """

    def __init__(self, rows: int = ROWS) -> None:
        self._most = rows
        self._rows: OrderedDict[UUID, Job] = OrderedDict()

    def get(self, job_id: UUID) -> Job | None:
        return self._rows.get(job_id)

    def keep(self, job: Job) -> None:
        self._rows[job.job_id] = job
        self._rows.move_to_end(job.job_id)
        if len(self._rows) > self._most:
            self._rows.popitem(last=False)

    def forget(self, job_id: UUID) -> None:
        self._rows.pop(job_id, None)
