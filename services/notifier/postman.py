"""A mail from its event to the report on it: look at its row, make an attempt where one is due, look again."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import Counter

from services.notifier.decisions import (
    FIRST_PAUSE,
    Mail,
    MailId,
    MailState,
    accepted,
    counts_as_sent,
    report_of,
    report_while_away,
    report_without_sending,
)
from services.notifier.failures import NothingToSend, RelayAwayError
from shared.events import MailKind, MailRefused, MailReport
from shared.waiting import until_available

log = structlog.get_logger()

LAST_COPIES_SECONDS = 5.0

PUT_OFF = Counter("aid_mails_put_off_total", "Mails that go later because the relay has been away for long", ["kind"])
TOO_LATE = Counter("aid_mails_too_late_total", "Mails that will not go because their time ran out", ["kind"])
for _kind in MailKind:
    PUT_OFF.labels(_kind.value)
    TOO_LATE.labels(_kind.value)


class MailRows(Protocol):
    async def find(self, mail_id: MailId) -> Mail | None: ...

    async def replace(self, claim: Mail, after: Mail) -> bool: ...


class Attempting(Protocol):
    async def attempt(self, mail_id: MailId, previous: Mail | None, not_after: datetime | None) -> Mail | None: ...


class Postman:
    """`first_pause` follows the first attempt that the relay did not take; each further one doubles it."""

    def __init__(
        self,
        mails: MailRows,
        attempts: Attempting,
        now: Callable[[], datetime],
        *,
        first_pause: timedelta = FIRST_PAUSE,
    ) -> None:
        self._mails = mails
        self._attempts = attempts
        self._now = now
        self._first_pause = first_pause
        self._under_way: set[asyncio.Task[Mail | None]] = set()

    async def deliver(self, mail_id: MailId, *, not_after: datetime | None) -> list[MailReport]:
        """What the scheduler is to know.

        DependencyAwayError: nothing is claimed. Asked again, it looks at the limits first, and once the relay has been
        away for long it puts the mail off, for the sake of what stands behind it.
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
            return _told(mail, report)
        if mail is not None and counts_as_sent(mail, self._now()):
            after = await self._count_as_sent(mail)
        else:
            try:
                after = await self._attempt(mail_id, mail, not_after)
            except RelayAwayError as away:
                return self._put_off(mail_id, mail, away, not_after)
        if after is None:
            return None
        return report_of(after, now=self._now(), not_after=not_after, first_pause=self._first_pause)

    def _put_off(
        self, mail_id: MailId, mail: Mail | None, away: RelayAwayError, not_after: datetime | None
    ) -> MailReport:
        report = report_while_away(mail_id, mail, lasting=away.lasting, now=self._now(), not_after=not_after)
        if report is None:
            raise away
        if isinstance(report, MailRefused):
            return _told(mail, report)
        PUT_OFF.labels(mail_id.kind).inc()
        seconds = round(away.lasting.total_seconds())
        log.warning("mail_put_off", kind=mail_id.kind, dependency=away.dependency, detail=away.detail, away_for=seconds)
        return report

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


def _told(mail: Mail | None, report: MailReport) -> MailReport:
    """One that nobody has refused is refused by the clock alone; said again after a crash, it counts again."""
    if isinstance(report, MailRefused) and (mail is None or mail.state is not MailState.REFUSED):
        TOO_LATE.labels(report.kind).inc()
        log.warning("mail_too_late", kind=report.kind)
    return report
