"""Whether one more job is accepted: decided here, by what all replicas know.

Two replicas that decide at the same moment may both accept the last one. Within one, nobody slips through.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar
from uuid import UUID

from services.gateway.ledger import Entry
from services.gateway.patience import within
from services.gateway.quotas import (
    DAY,
    HOUR,
    Accepted,
    Quotas,
    Rule,
    TooManyError,
    check_address,
    check_counted,
    hour_of,
)
from services.gateway.tallies import Tally
from services.gateway.windows import MovingWindow
from shared.errors import DependencyAwayError
from shared.jobs import JobView
from shared.pseudonyms import Pseudonyms

T = TypeVar("T")

_SITE = "site"
_SOON = timedelta(minutes=1)
_SCHEDULED_WITHIN = DAY
"""A job without a row that long after it was submitted has come and gone."""

Keep = Callable[[], Awaitable[None]]
Elsewhere = dict[tuple[str, datetime], int]


class Entries(Protocol):
    async def entries(self, pseudonym: str) -> list[Entry]: ...

    async def put(self, pseudonym: str, job_id: UUID, *, now: datetime, due_at: datetime) -> None: ...

    async def note_end(self, pseudonym: str, entry: Entry) -> None: ...

    async def delete(self, pseudonym: str, job_id: UUID) -> None: ...

    async def count_elsewhere(self, subject: str, hour: datetime) -> int: ...

    async def put_count(self, subject: str, hour: datetime, accepted: int) -> None: ...


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class AdmissionStores(Protocol):
    @property
    def ledger(self) -> Entries: ...

    @property
    def jobs(self) -> FindingJobs: ...


class Admitting(Protocol):
    """Entered, the job is accepted as far as limits go; TooManyError when it is not.

    What is yielded writes that down; leaving by an error takes it back.
    """

    def __call__(
        self, job_id: UUID, address: str, *, due_at: datetime, now: datetime
    ) -> AbstractAsyncContextManager[Keep]: ...


@dataclass(frozen=True)
class _Asking:
    """A job that wants in. `whose` is a pseudonym, `subjects` are what it counts for besides, with rule and limit."""

    job_id: UUID
    whose: str
    subjects: tuple[tuple[str, Rule, int], ...]
    due_at: datetime
    now: datetime


@dataclass
class _Turn:
    """What was accepted of one address while anybody who asks for it has not been answered yet."""

    asking: int = 0
    accepted: dict[UUID, datetime] = field(default_factory=dict)


class Admissions:
    """`patience` in seconds for each answer of Cassandra."""

    def __init__(
        self, quotas: Quotas, pseudonyms: Pseudonyms, stores: Callable[[], AdmissionStores], *, patience: float
    ) -> None:
        self._quotas = quotas
        self._pseudonyms = pseudonyms
        self._stores = stores
        self._patience = patience
        self._clients = MovingWindow(quotas.client_hour, HOUR)
        self._tally = Tally()
        self._turns: dict[str, _Turn] = {}

    def by(self, client: str) -> Admitting:
        """For one client's requests."""
        return partial(self._admit, client)

    @asynccontextmanager
    async def _admit(
        self, client: str, job_id: UUID, address: str, *, due_at: datetime, now: datetime
    ) -> AsyncIterator[Keep]:
        self._check_client(client, now)
        asking = self._asking(job_id, address, due_at, now)
        with self._turn(asking.whose) as turn:
            entries, elsewhere = await self._within(self._look(asking))
            if job_id in turn.accepted or any(entry.job_id == job_id for entry in entries):
                yield _nothing  # the same request again
                return
            active = await self._within(self._active(asking, entries, turn))
            # From here to the acceptance nobody else gets a turn: what is checked still holds.
            self._check_client(client, now)
            self._check(asking, entries, active, elsewhere, turn)
            self._accept(asking, client, turn)
            try:
                yield partial(self._keep, asking)
            except BaseException:
                await self._take_back(asking, turn)
                raise

    def _asking(self, job_id: UUID, address: str, due_at: datetime, now: datetime) -> _Asking:
        counted = [
            (self._pseudonyms.of_domain(address), Rule.DOMAIN, self._quotas.domain_hour),
            (_SITE, Rule.SITE, self._quotas.site_hour),
        ]
        subjects = tuple(subject for subject in counted if subject[2])
        return _Asking(job_id, self._pseudonyms.of(address), subjects, due_at, now)

    @contextmanager
    def _turn(self, whose: str) -> Iterator[_Turn]:
        turn = self._turns.setdefault(whose, _Turn())
        turn.asking += 1
        try:
            yield turn
        finally:
            turn.asking -= 1
            if not turn.asking:
                del self._turns[whose]

    async def _look(self, asking: _Asking) -> tuple[list[Entry], Elsewhere]:
        """What all replicas have written down, asked for at once."""
        ledger, hour = self._stores().ledger, hour_of(asking.now)
        places = [(subject, each) for subject, *_ in asking.subjects for each in (hour - HOUR, hour)]
        entries, counts = await asyncio.gather(
            ledger.entries(asking.whose) if self._quotas.by_address else _no_entries(),
            asyncio.gather(*(ledger.count_elsewhere(*place) for place in places)),
        )
        return entries, dict(zip(places, counts, strict=True))

    async def _active(self, asking: _Asking, entries: list[Entry], turn: _Turn) -> dict[UUID, datetime | None]:
        """Jobs of the address that have not ended, with their times. Empty while there are too few to matter."""
        open_ones = [entry for entry in entries if not entry.ended]
        most = self._quotas.address_active
        if not most or len({entry.job_id for entry in open_ones} | turn.accepted.keys()) < most:
            return {}
        jobs = await asyncio.gather(*(self._stores().jobs.find(entry.job_id) for entry in open_ones))
        found = list(zip(open_ones, jobs, strict=True))
        ended = [entry for entry, job in found if _has_ended(entry, job, asking.now)]
        await asyncio.gather(*(self._stores().ledger.note_end(asking.whose, entry) for entry in ended))
        return {entry.job_id: job.due_at if job else None for entry, job in found if entry not in ended}

    def _check_client(self, client: str, now: datetime) -> None:
        wait = self._clients.wait(client, now)
        if wait:
            raise TooManyError(Rule.CLIENT, wait, name="client_jobs")

    def _check(
        self,
        asking: _Asking,
        entries: list[Entry],
        active: dict[UUID, datetime | None],
        elsewhere: Elsewhere,
        turn: _Turn,
    ) -> None:
        times = {entry.job_id: entry.submitted_at for entry in entries} | turn.accepted
        check_address(self._quotas, times.values(), asking.now)
        most = self._quotas.address_active
        if most and len(active.keys() | turn.accepted.keys()) >= most:
            first = min((due_at for due_at in active.values() if due_at), default=asking.now)
            raise TooManyError(Rule.ACTIVE, max(_SOON, first - asking.now))
        hour = hour_of(asking.now)
        for subject, rule, limit in asking.subjects:
            previous, current = (
                elsewhere[subject, each] + self._tally.of(subject, each) for each in (hour - HOUR, hour)
            )
            check_counted(rule, Accepted(previous, current), limit, asking.now)

    def _accept(self, asking: _Asking, client: str, turn: _Turn) -> None:
        turn.accepted[asking.job_id] = asking.now
        for subject, *_ in asking.subjects:
            self._tally.add(subject, asking.now)
        self._clients.hit(client, asking.now)

    async def _keep(self, asking: _Asking) -> None:
        ledger, hour = self._stores().ledger, hour_of(asking.now)
        writes = [ledger.put_count(each, hour, self._tally.of(each, hour)) for each, *_ in asking.subjects]
        if self._quotas.by_address:
            writes.append(ledger.put(asking.whose, asking.job_id, now=asking.now, due_at=asking.due_at))
        await asyncio.gather(*writes)

    async def _take_back(self, asking: _Asking, turn: _Turn) -> None:
        """The sums of this hour are written with the next job."""
        del turn.accepted[asking.job_id]
        for subject, *_ in asking.subjects:
            self._tally.take_back(subject, hour_of(asking.now))
        if self._quotas.by_address:
            with suppress(DependencyAwayError):  # it counts until it goes by itself
                await self._within(self._stores().ledger.delete(asking.whose, asking.job_id))

    async def _within(self, answer: Awaitable[T]) -> T:
        return await within(self._patience, "cassandra", answer)


def _has_ended(entry: Entry, job: JobView | None, now: datetime) -> bool:
    if job is None:
        return now - entry.submitted_at > _SCHEDULED_WITHIN
    return job.state.ended


async def _no_entries() -> list[Entry]:
    return []


async def _nothing() -> None:
    pass
