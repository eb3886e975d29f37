"""Which jobs of an address have not ended."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.gateway.limits.ledger import Entry
from services.gateway.limits.quotas import DAY, HOUR, Rule, TooManyError
from shared.jobs import JobView

_AHEAD = 2 * DAY
_SCHEDULED_WITHIN = HOUR
"""Without a row for longer, a job keeps nobody out: it was never published, or the scheduler is away."""
_GONE_AFTER = DAY
"""Without a row even then, it has come and gone."""
_SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Place:
    """Taken by a job until `free_at`, as far as one can tell. `ahead`: set for later than two days from now."""

    ahead: bool
    free_at: datetime


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class Noting(Protocol):
    async def note_end(self, pseudonym: str, entry: Entry) -> None: ...


class Stores(Protocol):
    @property
    def ledger(self) -> Noting: ...

    @property
    def jobs(self) -> FindingJobs: ...


def is_ahead(due_at: datetime, now: datetime) -> bool:
    return due_at > now + _AHEAD


def new_place(due_at: datetime, submitted_at: datetime, now: datetime) -> Place:
    """Of a job that the scheduler has not written down yet."""
    return Place(is_ahead(due_at, now), submitted_at + _SCHEDULED_WITHIN)


async def places_of(unended: Sequence[Entry], whose: str, stores: Stores, now: datetime) -> Mapping[UUID, Place]:
    """Of entries not known to have ended. Those that have are noted, so that each is looked up in vain only once."""
    jobs = await asyncio.gather(*(stores.jobs.find(entry.job_id) for entry in unended))
    found = list(zip(unended, jobs, strict=True))
    ended = [entry for entry, job in found if _has_ended(entry, job, now)]
    await asyncio.gather(*(stores.ledger.note_end(whose, entry) for entry in ended))
    places = {entry.job_id: _place(entry, job, now) for entry, job in found if entry not in ended}
    return {job_id: place for job_id, place in places.items() if place}


def check_places(rule: Rule, places: Iterable[Place], most: int, now: datetime) -> None:
    """TooManyError when `most` are taken.

    Told to wait until enough may have ended, or have come near; two days at most.
    """
    free_at = sorted(place.free_at for place in places)
    if most and len(free_at) >= most:
        raise TooManyError(rule, min(_AHEAD, max(_SOON, free_at[-most] - now)))


def _has_ended(entry: Entry, job: JobView | None, now: datetime) -> bool:
    if job is None:
        return now - entry.submitted_at > _GONE_AFTER
    return job.state.ended


def _place(entry: Entry, job: JobView | None, now: datetime) -> Place | None:
    if job is None:
        place = new_place(entry.due_at(now), entry.submitted_at, now)
        return place if place.free_at > now else None
    due_at = job.due_at or now
    return Place(True, due_at - _AHEAD) if is_ahead(due_at, now) else Place(False, due_at)
