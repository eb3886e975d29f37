"""What to do about a mail, given its row: the rules that send each mail once, without any I/O."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.events import MailDeferred, MailKind, MailRefused, MailReport, MailSent
from shared.jobs import JobState

CLAIM_GOOD_FOR = timedelta(minutes=1)
"""A claim older than this starts no DATA any more."""

CLAIM_STALE_AFTER = timedelta(minutes=2)
"""Whoever claimed this long ago is gone: had it begun in time, it would have ended by now."""

LONGEST_ANSWER_SECONDS = 15.0
"""What a relay may take at most to answer: two answers lie between a claim and its DATA."""

ANSWERS_PER_ACCEPTANCE = 3
"""From DATA to the relay's last word it may take that many times as long; that lies between the two ages above."""

COPIES = {MailKind.STARTED: 1, MailKind.READY: 2, MailKind.ERROR: 2}
"""How many copies may leave when nobody knows whether they arrived. Without the link of the last two one is stuck."""

SENT_WHILE = {
    MailKind.STARTED: JobState.RUNNING,
    MailKind.READY: JobState.COMPLETED,
    MailKind.ERROR: JobState.FAILED,
}

IN_PLACE_FOR = timedelta(minutes=1)
"""So long a mail waits for a relay that is away; then what stands behind it has waited long enough."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
_DOUBLINGS = 20  # beyond the longest pause, and no overflow


class MailState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True)
class MailId:
    job_id: UUID
    kind: MailKind


@dataclass(frozen=True)
class Mail:
    """A row of `mails`.

    `attempt` is who claimed it last. `copies` counts those that may have left, the one being sent included.
    """

    id: MailId
    state: MailState
    attempt: UUID
    claimed_at: datetime
    attempts: int
    copies: int
    message_id: str
    accepted_at: datetime | None = None


def report_without_sending(
    mail_id: MailId, mail: Mail | None, *, now: datetime, not_after: datetime | None
) -> MailReport | None:
    """What there is to say about a mail that needs, or allows, no copy now; None when more must be done."""
    if mail is not None and mail.state in (MailState.SENT, MailState.REFUSED):
        return report_of(mail, now=now, not_after=not_after)
    if mail is not None and mail.state is MailState.SENDING and not _stale(mail, now):
        return _deferred(mail, mail.claimed_at + CLAIM_STALE_AFTER)
    if not_after is not None and now >= not_after:
        return _refused(mail_id)
    return None


def counts_as_sent(mail: Mail | None, now: datetime) -> bool:
    """Whether its sender is gone, nobody knows whether it left, and no further copy may go."""
    return mail is not None and mail.state is MailState.SENDING and _stale(mail, now) and not _may_go_again(mail)


def first_claim(mail_id: MailId, *, message_id: str, attempt: UUID, now: datetime) -> Mail:
    return Mail(mail_id, MailState.SENDING, attempt, now, attempts=1, copies=1, message_id=message_id)


def next_claim(mail: Mail, *, attempt: UUID, now: datetime) -> Mail:
    """Every copy has the first one's Message-ID, so that the person's mail program may drop the second."""
    return replace(
        mail,
        state=MailState.SENDING,
        attempt=attempt,
        claimed_at=now,
        attempts=mail.attempts + 1,
        copies=mail.copies + 1,
    )


def may_start(claim: Mail, *, now: datetime, not_after: datetime | None) -> bool:
    """Whether DATA may still begin under this claim."""
    return now - claim.claimed_at < CLAIM_GOOD_FOR and (not_after is None or now < not_after)


def accepted(claim: Mail, now: datetime) -> Mail:
    return replace(claim, state=MailState.SENT, accepted_at=now)


def not_taken(claim: Mail) -> Mail:
    """This copy did not leave."""
    return replace(claim, state=MailState.PENDING, copies=claim.copies - 1)


def never_taken(claim: Mail) -> Mail:
    return replace(claim, state=MailState.REFUSED, copies=claim.copies - 1)


def unconfirmed(claim: Mail, now: datetime) -> Mail:
    """It may have left: another copy goes, or it counts as sent, from now and not from the attempt."""
    return replace(claim, state=MailState.PENDING) if _may_go_again(claim) else accepted(claim, now)


def report_of(
    mail: Mail, *, now: datetime, not_after: datetime | None, first_pause: timedelta = FIRST_PAUSE
) -> MailReport:
    """What the scheduler is to know about a mail that nobody is sending."""
    if mail.state is MailState.SENT and mail.accepted_at is not None:
        return MailSent(job_id=mail.id.job_id, kind=mail.id.kind, accepted_at=mail.accepted_at)
    if mail.state is MailState.REFUSED:
        return _refused(mail.id)
    pause = first_pause * (1 << min(mail.attempts - 1, _DOUBLINGS))
    return _deferred(mail, _within(_jittered(mail.id, mail.attempts, now, pause), not_after))


def report_while_away(
    mail_id: MailId, mail: Mail | None, *, lasting: timedelta, now: datetime, not_after: datetime | None
) -> MailReport | None:
    """None while it is to wait in place; then it is put off for about as long as the relay has been away by now.

    Refused when its time ran out while the relay was tried.
    """
    if not_after is not None and now >= not_after:
        return _refused(mail_id)
    if lasting < IN_PLACE_FOR:
        return None
    attempts = mail.attempts if mail else 0
    at = _jittered(mail_id, attempts, now, lasting)
    return MailDeferred(job_id=mail_id.job_id, kind=mail_id.kind, sequence=attempts, not_before=_within(at, not_after))


def _within(at: datetime, not_after: datetime | None) -> datetime:
    return at if not_after is None else min(at, not_after)


def _jittered(mail_id: MailId, attempts: int, now: datetime, pause: timedelta) -> datetime:
    """Half of the pause to all of it from now, 15 min at most; which, is the attempt's own hash."""
    name = f"{mail_id.job_id}/{mail_id.kind}/{attempts}"
    fraction = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest()) / 2**32
    return now + min(pause, LONGEST_PAUSE) * (1 - fraction / 2)


def _stale(mail: Mail, now: datetime) -> bool:
    return now - mail.claimed_at >= CLAIM_STALE_AFTER


def _may_go_again(mail: Mail) -> bool:
    return mail.copies < COPIES[mail.id.kind]


def _refused(mail_id: MailId) -> MailRefused:
    return MailRefused(job_id=mail_id.job_id, kind=mail_id.kind)


def _deferred(mail: Mail, not_before: datetime) -> MailDeferred:
    return MailDeferred(job_id=mail.id.job_id, kind=mail.id.kind, sequence=mail.attempts, not_before=not_before)
