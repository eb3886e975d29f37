"""One attempt at a mail: connect, claim, read the job, look at the clock, DATA, write what became of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol
from uuid import UUID, uuid4

import structlog
from prometheus_client import Counter

from services.notifier.decisions import (
    SENT_WHILE,
    Mail,
    MailId,
    accepted,
    first_claim,
    may_start,
    never_taken,
    next_claim,
    not_taken,
    unconfirmed,
)
from services.notifier.failures import (
    NeverError,
    NothingToSend,
    SendError,
    SuppressedError,
    TryLaterError,
    UnconfirmedError,
)
from shared.errors import DependencyAwayError
from shared.events import MailKind
from shared.jobs import JobView
from shared.recipients import Recipient
from shared.searches import Search
from shared.waiting import until_available

log = structlog.get_logger()

ATTEMPTS = Counter("aid_mail_attempts_total", "Mails offered to the relay, by what became of that", ["kind", "outcome"])
OUTCOMES = ("accepted", "not_taken", "refused", "suppressed", "unconfirmed")
for _kind in MailKind:
    for _outcome in OUTCOMES:
        ATTEMPTS.labels(_kind.value, _outcome)


class MailRows(Protocol):
    async def claim(self, previous: Mail | None, claim: Mail) -> bool: ...

    async def replace(self, claim: Mail, after: Mail) -> bool: ...

    async def withdraw(self, claim: Mail) -> None: ...


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class FindingRecipients(Protocol):
    async def find(self, job_id: UUID) -> Recipient | None: ...


class FindingSearches(Protocol):
    async def find(self, job_id: UUID) -> Search | None: ...


class Sparing(Protocol):
    async def covers(self, address: str) -> bool:
        """Whether nobody may write there."""


class Line(Protocol):
    """A connection to the relay, ours for one mail."""

    async def offer(self, letter: EmailMessage) -> None:
        """Name sender and recipient: TryLaterError or NeverError when that is not taken."""

    async def hand_over(self) -> None:
        """DATA with the letter offered: any SendError when the relay does not say that it has it."""


class Relay(Protocol):
    def connected(self) -> AbstractAsyncContextManager[Line]:
        """Whatever has to be waited for is waited for here. RelayAwayError when nobody's mail is taken."""


class Writing(Protocol):
    def message_id(self, mail_id: MailId) -> str: ...

    def letter(
        self, mail: Mail, job: JobView, recipient: Recipient, *, search: Search | None, now: datetime
    ) -> EmailMessage: ...


@dataclass(frozen=True)
class Attempts:
    """`now` gives whole milliseconds: Cassandra keeps no more, and rows are compared."""

    mails: MailRows
    jobs: FindingJobs
    recipients: FindingRecipients
    searches: FindingSearches
    silence: Sparing
    relay: Relay
    letters: Writing
    now: Callable[[], datetime]

    async def attempt(self, mail_id: MailId, previous: Mail | None, not_after: datetime | None) -> Mail | None:
        """The mail as it lies there afterwards; None when somebody else was at it meanwhile.

        Raises NothingToSend, or DependencyAwayError (RelayAwayError) while nothing is claimed yet.
        """
        await self._wanted(mail_id)
        async with self.relay.connected() as line:
            claim = self._claim(mail_id, previous)
            if not await until_available(lambda: self.mails.claim(previous, claim)):
                return None
            after = await self._send(claim, line, not_after)
            # However long it takes: nothing else tells the next one that a copy has left.
            return after if await until_available(lambda: self.mails.replace(claim, after)) else None

    def _claim(self, mail_id: MailId, previous: Mail | None) -> Mail:
        """Each attempt has a fresh id: an instance that restarts does not mistake its former claim for its own."""
        attempt, now = uuid4(), self.now()
        if previous is not None:
            return next_claim(previous, attempt=attempt, now=now)
        return first_claim(mail_id, message_id=self.letters.message_id(mail_id), attempt=attempt, now=now)

    async def _send(self, claim: Mail, line: Line, not_after: datetime | None) -> Mail:
        """Send a copy, and say what the row is to be now."""
        kind = claim.id.kind
        try:
            await self._offer(claim, line, not_after)
            await line.hand_over()
        except TryLaterError as error:
            ATTEMPTS.labels(kind, "not_taken").inc()
            log.warning("mail_not_taken", kind=kind, code=error.code, attempts=claim.attempts)
            return not_taken(claim)
        except SuppressedError:
            ATTEMPTS.labels(kind, "suppressed").inc()
            log.info("mail_suppressed", kind=kind)
            return never_taken(claim)
        except NeverError as error:
            ATTEMPTS.labels(kind, "refused").inc()
            log.warning("mail_refused", kind=kind, code=error.code)
            return never_taken(claim)
        except UnconfirmedError:
            ATTEMPTS.labels(kind, "unconfirmed").inc()
            log.warning("mail_unconfirmed", kind=kind, copies=claim.copies)
            return unconfirmed(claim, self.now())
        ATTEMPTS.labels(kind, "accepted").inc()
        log.info("mail_accepted", kind=kind, attempts=claim.attempts, copies=claim.copies)
        return accepted(claim, self.now())

    async def _offer(self, claim: Mail, line: Line, not_after: datetime | None) -> None:
        """All that comes before DATA."""
        async with self._given_back_on_failure(claim):
            job = await until_available(lambda: self._wanted(claim.id))
            recipient = await until_available(lambda: self.recipients.find(claim.id.job_id))
            if recipient is None:
                log.warning("recipient_missing", kind=claim.id.kind)
                raise NothingToSend
            search = await until_available(lambda: self.searches.find(claim.id.job_id))
            await line.offer(self.letters.letter(claim, job, recipient, search=search, now=self.now()))
            if await until_available(lambda: self.silence.covers(recipient.address)):
                raise SuppressedError
            if not may_start(claim, now=self.now(), not_after=not_after):
                raise TryLaterError

    async def _wanted(self, mail_id: MailId) -> JobView:
        job = await self.jobs.find(mail_id.job_id)
        if job is None or job.state is not SENT_WHILE[mail_id.kind]:
            raise NothingToSend
        return job

    @asynccontextmanager
    async def _given_back_on_failure(self, claim: Mail) -> AsyncIterator[None]:
        """Before DATA nothing has left: a bug of ours must not pass for a copy."""
        try:
            yield
        except SendError:
            raise
        except NothingToSend:
            await until_available(lambda: self.mails.withdraw(claim))
            raise
        except BaseException:
            with suppress(DependencyAwayError):  # then the claim goes stale by itself
                await self.mails.replace(claim, not_taken(claim))
            raise
