"""Accepting a request: the recipient first, then `JobSubmitted`, and only then a promise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from services.gateway.asking.fields import FieldError
from services.gateway.asking.forms import JobForm, Reading
from services.gateway.asking.nonces import fresh, job_id_of
from services.gateway.limits.admissions import Admitting
from services.gateway.patience import within
from shared.errors import AidError, DependencyAwayError
from shared.events import Event, JobSubmitted
from shared.fields import to_milliseconds
from shared.jobs import JobState, JobView
from shared.recipients import Recipient

log = structlog.get_logger()


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class KeepingRecipients(Protocol):
    async def put(self, job_id: UUID, recipient: Recipient, *, due_at: datetime, now: datetime) -> None: ...


class SubmissionStores(Protocol):
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


class JobOverError(AidError):
    """The same request came before, and nothing is left of its job: as a new one it is another."""


class JobUnconfirmedError(DependencyAwayError):
    """The job may run, or may not: the same request again, under the same nonce, is the same job."""


@dataclass(frozen=True)
class Accepted:
    """`known` is the job's row when the same request came before; nothing was written then."""

    job_id: UUID
    form: JobForm
    known: JobView | None
    submitted_at: datetime


async def accept(
    reading: Reading,
    nonce: str | None,
    *,
    stores: Callable[[], SubmissionStores],
    publisher: Callable[[], Publishing],
    admit: Admitting,
    now: datetime,
    patience: float,
) -> Accepted:
    """Without a nonce every request is one of its own.

    `stores` and `publisher` raise DependencyAwayError while not connected; each answer gets `patience` seconds.
    FormRefusedError, TooManyError, JobOverError: nothing is kept of it. DependencyAwayError: it will not run unless it
    is sent again. JobUnconfirmedError: it may run.
    """
    form, now = reading.form, to_milliseconds(now)
    if form is None:
        raise FormRefusedError(reading.problems)
    job_id = job_id_of(nonce or fresh(), form)
    known = await within(patience, "cassandra", stores().jobs.find(job_id)) if nonce else None
    if known and known.state is JobState.EXPIRED:
        raise JobOverError(str(job_id))
    if known is None:
        if reading.problems:
            raise FormRefusedError(reading.problems)
        recipient = Recipient(form.address, form.time_zone)
        kafka = publisher()
        async with admit(job_id, form.address, due_at=form.due_at, now=now) as count:
            # The address last: it could not be taken back, as the same request may run from an earlier try.
            await within(patience, "cassandra", count())
            kept = stores().recipients.put(job_id, recipient, due_at=form.due_at, now=now)
            await within(patience, "cassandra", kept)
        await _tell(kafka, _submitted(job_id, form, now), patience)
    log.info("job_accepted", job_id=str(job_id), images=form.images, due_at=form.due_at.isoformat(), repeat=bool(known))
    return Accepted(job_id, form, known, submitted_at=now)


def _submitted(job_id: UUID, form: JobForm, now: datetime) -> JobSubmitted:
    return JobSubmitted(
        job_id=job_id,
        query=form.query,
        images=form.images,
        due_at=form.due_at,
        submitted_at=now,
        filters=form.filters,
    )


async def _tell(kafka: Publishing, submitted: JobSubmitted, patience: float) -> None:
    """Kafka may have stored what it did not confirm."""
    try:
        await within(patience, "kafka", kafka.publish(submitted))
    except DependencyAwayError as away:
        raise JobUnconfirmedError(away.dependency, "a job may have been accepted") from away
