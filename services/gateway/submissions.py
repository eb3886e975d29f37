"""Accepting a request: the recipient first, then `JobSubmitted`, and only then a promise."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import structlog

from services.gateway.fields import FieldError
from services.gateway.forms import JobForm, Reading
from services.gateway.nonces import fresh, job_id_of
from shared.errors import AidError, DependencyAwayError
from shared.events import Event, JobSubmitted
from shared.jobs import JobView
from shared.recipients import Recipient

log = structlog.get_logger()
T = TypeVar("T")


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class KeepingRecipients(Protocol):
    async def put(self, job_id: UUID, recipient: Recipient, *, due_at: datetime, now: datetime) -> None: ...


class Stores(Protocol):
    @property
    def jobs(self) -> FindingJobs: ...

    @property
    def recipients(self) -> KeepingRecipients: ...


class Publishing(Protocol):
    async def publish(self, *events: Event) -> None: ...


class FormRefusedError(AidError):
    """The person has to change something first."""

    def __init__(self, problems: Mapping[str, FieldError]) -> None:
        super().__init__("; ".join(problem.code for problem in problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class Accepted:
    """`known` is the job's row when the same request came before; nothing was written then."""

    job_id: UUID
    form: JobForm
    known: JobView | None


async def accept(
    reading: Reading,
    nonce: str | None,
    *,
    stores: Callable[[], Stores],
    publisher: Callable[[], Publishing],
    now: datetime,
    patience: float,
) -> Accepted:
    """Without a nonce every request is one of its own.

    `stores` and `publisher` raise DependencyAwayError while not connected; each answer gets `patience` seconds.
    FormRefusedError: nothing is kept of it. DependencyAwayError: nothing is promised, and the same may be sent again.
    """
    form = reading.form
    if form is None:
        raise FormRefusedError(reading.problems)
    job_id = job_id_of(nonce or fresh(), form)
    known = await _within(patience, "cassandra", stores().jobs.find(job_id)) if nonce else None
    if known is None:
        if reading.problems:
            raise FormRefusedError(reading.problems)
        recipient = Recipient(form.address, form.time_zone)
        await _within(patience, "cassandra", stores().recipients.put(job_id, recipient, due_at=form.due_at, now=now))
        await _within(patience, "kafka", publisher().publish(_submitted(job_id, form, now)))
    log.info("job_accepted", job_id=str(job_id), images=form.images, due_at=form.due_at.isoformat(), repeat=bool(known))
    return Accepted(job_id, form, known)


def _submitted(job_id: UUID, form: JobForm, now: datetime) -> JobSubmitted:
    return JobSubmitted(job_id=job_id, query=form.query, images=form.images, due_at=form.due_at, submitted_at=now)


async def _within(seconds: float, dependency: str, answer: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        raise DependencyAwayError(dependency, f"no answer within {seconds} s") from None
