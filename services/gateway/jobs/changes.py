"""What the holder of a status link asks of a job. The scheduler is told, and decides alone what becomes of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.gateway.asking.due import Due, DueReading
from services.gateway.asking.fields import FieldError
from services.gateway.desk import Desk
from services.gateway.jobs.finding import find_status
from services.gateway.jobs.statuses import Status
from services.gateway.patience import within
from shared.errors import AidError, DependencyAwayError
from shared.events import CancelRequested, DeleteRequested, Inbox, RescheduleRequested
from shared.fields import to_milliseconds

log = structlog.get_logger()

_EPOCH_UNIT = timedelta(milliseconds=1)


class TimeFixedError(AidError):
    """The job has begun or ended: its time stays what it was."""


class TimeRefusedError(AidError):
    """Another date or time has to be named."""

    def __init__(self, problems: Mapping[str, FieldError]) -> None:
        super().__init__("; ".join(problem.code for problem in problems.values()))
        self.problems = problems


class ChangeUnconfirmedError(DependencyAwayError):
    """It may have been passed on: asking again does no harm."""


async def cancel(desk: Desk, token: str) -> Status:
    """The job as it was when it was asked. Errors as of `find_status`, or ChangeUnconfirmedError; so do the others."""
    status = await find_status(desk, token)
    await ask(desk, CancelRequested(job_id=status.job_id))
    return status


async def delete(desk: Desk, token: str) -> Status:
    status = await find_status(desk, token)
    await ask(desk, DeleteRequested(job_id=status.job_id))
    return status


async def reschedule(desk: Desk, status: Status, reading: DueReading) -> Due:
    """TimeFixedError or TimeRefusedError: nobody was asked."""
    if not status.movable:
        raise TimeFixedError(status.state)
    if reading.problems or reading.due is None:
        raise TimeRefusedError(reading.problems)
    asked_at = _after_the_last(status, to_milliseconds(desk.now()))
    await within(desk.patience, "cassandra", _keep_known(desk, status.job_id, reading.due.at))
    await ask(
        desk,
        RescheduleRequested(
            job_id=status.job_id, sequence=_milliseconds(asked_at), due_at=reading.due.at, asked_at=asked_at
        ),
    )
    return reading.due


def _after_the_last(status: Status, now: datetime) -> datetime:
    """The latest request counts, also where this clock is behind the one that dated the last."""
    return max(now, status.rescheduled_at + _EPOCH_UNIT) if status.rescheduled_at else now


async def _keep_known(desk: Desk, job_id: UUID, due_at: datetime) -> None:
    """For as long as the new time asks for: rows of the old time's would be gone before."""
    recipients = desk.stores.get().recipients
    recipient = await recipients.find(job_id)
    if recipient is not None:
        now = desk.now()
        await recipients.put(job_id, recipient, due_at=due_at, now=now)
        await desk.admissions.moved(job_id, recipient.address, due_at=due_at, now=now)


async def ask(desk: Desk, event: Inbox) -> None:
    """ChangeUnconfirmedError when nobody can tell whether it was passed on."""
    publisher = desk.publisher.get()
    try:
        await within(desk.patience, "kafka", publisher.publish(event))
    except DependencyAwayError as away:
        raise ChangeUnconfirmedError(away.dependency, "a change may have been passed on") from away
    log.info("change_asked", job_id=str(event.job_id), change=event.type_name())


def _milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - datetime.fromtimestamp(0, moment.tzinfo)) // _EPOCH_UNIT
