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

from services.gateway.limits.activity import Active, FindingJobs, Noting, active_among
from services.gateway.limits.ledger import Entry
from services.gateway.limits.quotas import HOUR, Quotas, Rule, TooManyError, check_address
from services.gateway.limits.sums import Counts, Subject, Sums
from services.gateway.limits.windows import MovingWindow
from services.gateway.patience import within
from shared.errors import DependencyAwayError
from shared.pseudonyms import Pseudonyms

T = TypeVar("T")

_SITE = "site"
_SOON = timedelta(minutes=1)
Keep = Callable[[], Awaitable[None]]


class Entries(Counts, Noting, Protocol):
    async def entries(self, pseudonym: str) -> list[Entry]: ...

    async def put(self, pseudonym: str, job_id: UUID, *, now: datetime, due_at: datetime) -> None: ...

    async def delete(self, pseudonym: str, job_id: UUID) -> None: ...


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
    """A job that wants in. `whose` is a pseudonym."""

    job_id: UUID
    whose: str
    subjects: tuple[Subject, ...]
    due_at: datetime
    now: datetime


@dataclass
class _Turn:
    """What was accepted of one address, while anybody who asks for it has not been answered yet."""

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
        self._sums = Sums()
        self._turns: dict[str, _Turn] = {}

    def by(self, client: str) -> Admitting:
        """For one client's requests."""
        return partial(self._admit, client)

    @asynccontextmanager
    async def _admit(
        self, client: str, job_id: UUID, address: str, *, due_at: datetime, now: datetime
    ) -> AsyncIterator[Keep]:
        self._check_client(client, now)
        asking = _Asking(job_id, self._pseudonyms.of(address), self._subjects(address), due_at, now)
        with self._turn(asking.whose) as turn:
            entries, elsewhere = await self._within(self._look(asking))
            if job_id in turn.accepted or any(entry.job_id == job_id for entry in entries):
                yield _nothing  # the same request again
                return
            active = await self._within(self._active(asking, entries, turn))
            # From here to the acceptance nobody else gets a turn: what is checked still holds.
            self._check_client(client, now)
            check_address(self._quotas, _times(entries, turn), now)
            self._check_active(active, turn, now)
            self._sums.check(asking.subjects, elsewhere, now)
            self._accept(asking, client, turn)
            try:
                yield partial(self._keep, asking)
            except BaseException:
                await self._take_back(asking, turn)
                raise

    def _subjects(self, address: str) -> tuple[Subject, ...]:
        domain = Subject(self._pseudonyms.of_domain(address), Rule.DOMAIN, self._quotas.domain_hour)
        site = Subject(_SITE, Rule.SITE, self._quotas.site_hour)
        return tuple(subject for subject in (domain, site) if subject.most)

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

    async def _look(self, asking: _Asking) -> tuple[list[Entry], dict[tuple[str, datetime], int]]:
        """What all replicas have written down."""
        ledger = self._stores().ledger
        return await asyncio.gather(
            ledger.entries(asking.whose) if self._quotas.by_address else _no_entries(),
            self._sums.elsewhere(asking.subjects, asking.now, ledger),
        )

    async def _active(self, asking: _Asking, entries: list[Entry], turn: _Turn) -> Active:
        """Of the address; empty while there are too few to matter."""
        unended = [entry for entry in entries if not entry.ended]
        most = self._quotas.address_active
        if not most or len({entry.job_id for entry in unended} | turn.accepted.keys()) < most:
            return {}
        return await active_among(unended, asking.whose, self._stores(), asking.now)

    def _check_client(self, client: str, now: datetime) -> None:
        if wait := self._clients.wait(client, now):
            raise TooManyError(Rule.CLIENT, wait, name="client_jobs")

    def _check_active(self, active: Active, turn: _Turn, now: datetime) -> None:
        most = self._quotas.address_active
        if most and len(active.keys() | turn.accepted.keys()) >= most:
            first = min((due_at for due_at in active.values() if due_at), default=now)
            raise TooManyError(Rule.ACTIVE, max(_SOON, first - now))

    def _accept(self, asking: _Asking, client: str, turn: _Turn) -> None:
        turn.accepted[asking.job_id] = asking.now
        self._sums.add(asking.subjects, asking.now)
        self._clients.hit(client, asking.now)

    async def _keep(self, asking: _Asking) -> None:
        ledger = self._stores().ledger
        sums = self._sums.write(asking.subjects, asking.now, ledger)
        if self._quotas.by_address:
            entry = ledger.put(asking.whose, asking.job_id, now=asking.now, due_at=asking.due_at)
            await asyncio.gather(entry, sums)
        else:
            await sums

    async def _take_back(self, asking: _Asking, turn: _Turn) -> None:
        del turn.accepted[asking.job_id]
        self._sums.take_back(asking.subjects, asking.now)
        if self._quotas.by_address:
            with suppress(DependencyAwayError):  # then it counts until it goes by itself
                await self._within(self._stores().ledger.delete(asking.whose, asking.job_id))

    async def _within(self, answer: Awaitable[T]) -> T:
        return await within(self._patience, "cassandra", answer)


def _times(entries: list[Entry], turn: _Turn) -> list[datetime]:
    """When each job of the address was accepted, once for each."""
    return list(({entry.job_id: entry.submitted_at for entry in entries} | turn.accepted).values())


async def _no_entries() -> list[Entry]:
    return []


async def _nothing() -> None:
    pass
