"""The rows that an owner has itself brought to their end: decided, published, indexed."""

from collections import OrderedDict
from itertools import count
from uuid import UUID

from services.scheduler.job import Job

ROWS = 20_000
"""About 1.5 kB each."""


class Remembered:
    """The latest of them, of all owners in this process together: so much memory and no more, however many shards."""

    def __init__(self, rows: int = ROWS) -> None:
        self._most = rows
        self._rows: OrderedDict[tuple[int, UUID], Job] = OrderedDict()
        self._owners = count()

    def of_one_owner(self) -> "OwnRows":
        """For one that remembers nothing yet: whoever owned its shard before may have left a row half done."""
        return OwnRows(self, next(self._owners))

    def get(self, key: tuple[int, UUID]) -> Job | None:
        return self._rows.get(key)

    def keep(self, key: tuple[int, UUID], job: Job) -> None:
        self._rows[key] = job
        self._rows.move_to_end(key)
        if len(self._rows) > self._most:
            self._rows.popitem(last=False)

    def forget(self, key: tuple[int, UUID]) -> None:
        self._rows.pop(key, None)


class OwnRows:
    def __init__(self, remembered: Remembered, owner: int) -> None:
        self._remembered = remembered
        self._owner = owner

    def get(self, job_id: UUID) -> Job | None:
        return self._remembered.get((self._owner, job_id))

    def keep(self, job: Job) -> None:
        self._remembered.keep((self._owner, job.job_id), job)

    def forget(self, job_id: UUID) -> None:
        self._remembered.forget((self._owner, job_id))
