"""A mail from its event to the report on it: look at its row, make an attempt where one is due, look again."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog

from services.notifier.decisions import Mail, MailId, accepted, counts_as_sent, report_of, report_without_sending
from services.notifier.failures import NothingToSend
from shared.events import MailReport
from shared.waiting import until_available

log = structlog.get_logger()

LAST_COPIES_SECONDS = 5.0


class MailRows(Protocol):
    async def find(self, mail_id: MailId) -> Mail | None: ...

    async def replace(self, claim: Mail, after: Mail) -> bool: ...


class Attempting(Protocol):
    async def attempt(self, mail_id: MailId, previous: Mail | None, not_after: datetime | None) -> Mail | None: ...


class Postman:
    def __init__(self, mails: MailRows, attempts: Attempting, now: Callable[[], datetime]) -> None:
        self._mails = mails
        self._attempts = attempts
        self._now = now
        self._under_way: set[asyncio.Task[Mail | None]] = set()

    async def deliver(self, mail_id: MailId, *, not_after: datetime | None) -> list[MailReport]:
        """What the scheduler is to know.

        DependencyAwayError: nothing is claimed. Asked again, it looks at the limits first.
        """
        try:
            while (report := await self._look(mail_id, not_after)) is None:
                log.info("mail_claimed_elsewhere", kind=mail_id.kind)
        except NothingToSend:
            log.info("mail_not_wanted", kind=mail_id.kind)
            return []
        return [report]

    async def finish(self) -> None:
        """Let the copies that are leaving leave, for a moment: each one cut off may arrive twice."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_COPIES_SECONDS)

    async def _look(self, mail_id: MailId, not_after: datetime | None) -> MailReport | None:
        """Do what the mail needs as it lies there now; None when somebody else was at it meanwhile."""
        mail = await self._mails.find(mail_id)
        report = report_without_sending(mail_id, mail, now=self._now(), not_after=not_after)
        if report is not None:
            return report
        if mail is not None and counts_as_sent(mail, self._now()):
            after = await self._count_as_sent(mail)
        else:
            after = await self._attempt(mail_id, mail, not_after)
        return report_of(after, now=self._now(), not_after=not_after) if after else None

    async def _count_as_sent(self, mail: Mail) -> Mail | None:
        log.warning("mail_counts_as_sent", kind=mail.id.kind, copies=mail.copies)
        after = accepted(mail, self._now())
        return after if await until_available(lambda: self._mails.replace(mail, after)) else None

    async def _attempt(self, mail_id: MailId, mail: Mail | None, not_after: datetime | None) -> Mail | None:
        """Shielded: a rebalance may cancel the event's handler, but not a copy that is leaving."""
        attempt = asyncio.create_task(self._attempts.attempt(mail_id, mail, not_after))
        self._under_way.add(attempt)
        attempt.add_done_callback(self._under_way.discard)
        return await asyncio.shield(attempt)
