"""What the notifier does about each fact of a job. One event in, reports to the scheduler out."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notifier.decisions import MailId
from shared.events import JobCompleted, JobExpired, JobFailed, JobStarted, MailDue, MailKind, MailReport


class Delivering(Protocol):
    def __call__(self, mail_id: MailId, *, not_after: datetime | None) -> Awaitable[list[MailReport]]: ...


class Forgetting(Protocol):
    async def delete(self, job_id: UUID) -> None: ...


async def tell_it_started(event: JobStarted, *, deliver: Delivering) -> list[MailReport]:
    """Without a limit of its own: it goes while the job runs."""
    return await deliver(MailId(event.job_id, MailKind.STARTED), not_after=None)


async def tell_it_is_ready(event: JobCompleted, *, deliver: Delivering) -> list[MailReport]:
    return await deliver(MailId(event.job_id, MailKind.READY), not_after=event.mail_not_after)


async def tell_it_failed(event: JobFailed, *, deliver: Delivering) -> list[MailReport]:
    return await deliver(MailId(event.job_id, MailKind.ERROR), not_after=event.mail_not_after)


async def try_again(event: MailDue, *, deliver: Delivering) -> list[MailReport]:
    return await deliver(MailId(event.job_id, event.kind), not_after=event.mail_not_after)


async def forget(event: JobExpired, *, recipients: Forgetting, mails: Forgetting) -> list[MailReport]:
    """Nobody is left to write to from here on."""
    await recipients.delete(event.job_id)
    await mails.delete(event.job_id)
    return []
