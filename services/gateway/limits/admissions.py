"""Whether one more job is accepted: decided here, by what all replicas know.

Two replicas that decide at the same moment may both accept the last one. Within one, nobody slips through.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar
from uuid import UUID

from services.gateway.limits.activity import FindingJobs, Noting, Place, check_places, is_ahead, places_of
from services.gateway.limits.ledger import Entry
from services.gateway.limits.quotas import HOUR, UNLIMITED, Quotas, Rule, TooManyError, check_address
from services.gateway.limits.sums import Counts, Subject, Sums
from services.gateway.limits.turns import Asking, Share, Turn, Turns
from services.gateway.limits.windows import MovingWindow
from services.gateway.patience import within
from shared.errors import DependencyAwayError
from shared.pseudonyms import Pseudonyms

T = TypeVar("T")

_SITE = "site"
Keep = Callable[[], Awaitable[None]]


class Entries(Counts, Noting, Protocol):
    async def entries(self, pseudonym: str) -> list[Entry]: ...

    async def put(
        self, pseudonym: str, job_id: UUID, *, submitted_at: datetime, due_at: datetime, now: datetime
    ) -> None: ...

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


class Admissions:
    """`patience` in seconds for each answer of Cassandra; `seconds` never go back."""

    def __init__(
        self,
        quotas: Quotas,
        pseudonyms: Pseudonyms,
        stores: Callable[[], AdmissionStores],
        *,
        patience: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._quotas = quotas
        self._pseudonyms = pseudonyms
        self._stores = stores
        self._patience = patience
        self._seconds = seconds
        self._sums = Sums()
        self._turns = Turns()
        self.clients = MovingWindow(quotas.client_hour, HOUR)

    def by(self, client: str) -> Admitting:
        """For one client's requests."""
        return _admit_all if self._quotas == UNLIMITED else partial(self._admit, client)

    async def moved(self, job_id: UUID, address: str, *, due_at: datetime, now: datetime) -> None:
        """The job has another time: it is known for as long as that asks for, and counts from when it was submitted."""
        ledger, whose = self._stores().ledger, self._pseudonyms.of(address)
        for entry in await ledger.entries(whose) if self._quotas.by_address else []:
            if entry.job_id == job_id:
                await ledger.put(whose, job_id, submitted_at=entry.submitted_at, due_at=due_at, now=now)

    @asynccontextmanager
    async def _admit(
        self, client: str, job_id: UUID, address: str, *, due_at: datetime, now: datetime
    ) -> AsyncIterator[Keep]:
        self._check_client(client, self._seconds())
        asking = Asking(client, job_id, self._pseudonyms.of(address), self._subjects(address), due_at, now)
        with self._turns.of(asking.whose) as turn:
            entries, elsewhere = await self._within(self._look(asking))
            places = await self._within(self._places(asking, entries, turn))
            # From here to the acceptance nobody else gets a turn: what is checked still holds.
            entries = [entry for entry in entries if entry.job_id not in turn.taken_back]
            share = turn.accepted.get(job_id)
            if share is None and any(entry.job_id == job_id for entry in entries):
                yield _nothing  # the same request again
                return
            if share is None:
                second = self._seconds()
                self._check_client(client, second)
                check_address(self._quotas, turn.times(entries), now)
                self._check_places(asking, places, turn)
                self._sums.check(asking.subjects, elsewhere, now)
                share = self._accept(asking, second, turn)
            async with self._sharing(share, turn):
                yield partial(self._keep, share.asking)

    def _subjects(self, address: str) -> tuple[Subject, ...]:
        domain = Subject(self._pseudonyms.of_domain(address), Rule.DOMAIN, self._quotas.domain_hour)
        site = Subject(_SITE, Rule.SITE, self._quotas.site_hour)
        return tuple(subject for subject in (domain, site) if subject.most)

    async def _look(self, asking: Asking) -> tuple[list[Entry], dict[tuple[str, datetime], int]]:
        """What all replicas have written down."""
        ledger = self._stores().ledger
        return await asyncio.gather(
            ledger.entries(asking.whose) if self._quotas.by_address else _no_entries(),
            self._sums.elsewhere(asking.subjects, asking.now, ledger),
        )

    async def _places(self, asking: Asking, entries: list[Entry], turn: Turn) -> Mapping[UUID, Place]:
        """Taken in the address's near or far future, wherever the new one lies; empty while too few to matter."""
        ahead = is_ahead(asking.due_at, asking.now)
        unended = [
            entry for entry in entries if not entry.ended and is_ahead(entry.due_at(asking.now), asking.now) == ahead
        ]
        known = {entry.job_id for entry in unended}
        _, most = self._rule(ahead=ahead)
        if not most or asking.job_id in known or len(known | turn.accepted.keys()) < most:
            return {}
        return await places_of(unended, asking.whose, self._stores(), asking.now)

    def _rule(self, *, ahead: bool) -> tuple[Rule, int]:
        return (Rule.AHEAD, self._quotas.address_ahead) if ahead else (Rule.ACTIVE, self._quotas.address_active)

    def _check_client(self, client: str, second: float) -> None:
        if wait := self.clients.wait(client, second):
            raise TooManyError(Rule.CLIENT, wait, name="client_jobs")

    def _check_places(self, asking: Asking, places: Mapping[UUID, Place], turn: Turn) -> None:
        ahead, now = is_ahead(asking.due_at, asking.now), asking.now
        rule, most = self._rule(ahead=ahead)
        taken = turn.places(places, now)
        check_places(rule, [place for place in taken if place.ahead == ahead], most, now)

    def _accept(self, asking: Asking, second: float, turn: Turn) -> Share:
        share = turn.accepted[asking.job_id] = Share(asking, second)
        self._sums.add(asking.subjects, asking.now)
        self.clients.hit(asking.client, second)
        return share

    @asynccontextmanager
    async def _sharing(self, share: Share, turn: Turn) -> AsyncIterator[None]:
        """It is taken back only when nobody who asks for it gets through."""
        share.askers += 1
        try:
            yield
            share.stays = True
        finally:
            share.askers -= 1
            if not share.askers and not share.stays:
                await self._take_back(share, turn)

    async def _keep(self, asking: Asking) -> None:
        ledger = self._stores().ledger
        sums = self._sums.write(asking.subjects, asking.now, ledger)
        if self._quotas.by_address:
            times = {"submitted_at": asking.now, "due_at": asking.due_at, "now": asking.now}
            await asyncio.gather(ledger.put(asking.whose, asking.job_id, **times), sums)
        else:
            await sums

    async def _take_back(self, share: Share, turn: Turn) -> None:
        asking = share.asking
        del turn.accepted[asking.job_id]
        turn.taken_back.add(asking.job_id)
        self._sums.take_back(asking.subjects, asking.now)
        self.clients.take_back(asking.client, share.second)
        if self._quotas.by_address:
            with suppress(DependencyAwayError):  # then it counts until it goes by itself
                await self._within(self._stores().ledger.delete(asking.whose, asking.job_id))

    async def _within(self, answer: Awaitable[T]) -> T:
        return await within(self._patience, "cassandra", answer)


async def _no_entries() -> list[Entry]:
    return []


@asynccontextmanager
async def _admit_all(*_: object, **__: object) -> AsyncIterator[Keep]:
    """Where nothing is limited, nothing is looked up or written down."""
    yield _nothing


async def _nothing() -> None: ...
