"""Which jobs of an address have not ended."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.gateway.limits.ledger import Entry
from services.gateway.limits.quotas import DAY
from shared.jobs import JobView

_SCHEDULED_WITHIN = DAY
"""A job without a row that long after it was submitted has come and gone."""

Active = dict[UUID, datetime | None]
"""By job, when it is due as far as that is known."""


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class Noting(Protocol):
    async def note_end(self, pseudonym: str, entry: Entry) -> None: ...


class Stores(Protocol):
    @property
    def ledger(self) -> Noting: ...

    @property
    def jobs(self) -> FindingJobs: ...


async def active_among(unended: Sequence[Entry], whose: str, stores: Stores, now: datetime) -> Active:
    """Of entries not known to have ended. Those that have are noted, so that each is looked up in vain only once."""
    jobs = await asyncio.gather(*(stores.jobs.find(entry.job_id) for entry in unended))
    found = list(zip(unended, jobs, strict=True))
    ended = [entry for entry, job in found if _has_ended(entry, job, now)]
    await asyncio.gather(*(stores.ledger.note_end(whose, entry) for entry in ended))
    return {entry.job_id: job.due_at if job else None for entry, job in found if entry not in ended}


def _has_ended(entry: Entry, job: JobView | None, now: datetime) -> bool:
    if job is None:
        return now - entry.submitted_at > _SCHEDULED_WITHIN
    return job.state.ended
