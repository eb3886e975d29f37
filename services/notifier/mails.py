"""The `mails` table: who sends which mail, and what became of it. Every write is conditional."""

from uuid import UUID

from services.notifier.decisions import Mail, MailId, MailState
from shared.cassandra import Cassandra, Row
from shared.errors import OutcomeUnknownError
from shared.events import MailKind
from shared.jobs import aware

_FIND = """
    SELECT state, claimed_by, claimed_at, attempts, copies, message_id, accepted_at FROM mails
    WHERE job_id = ? AND kind = ?"""
_CLAIM_FIRST = """
    INSERT INTO mails (state, claimed_by, claimed_at, attempts, copies, message_id, job_id, kind)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS"""
_CLAIM_AGAIN = """
    UPDATE mails SET state = ?, claimed_by = ?, claimed_at = ?, attempts = ?, copies = ?, message_id = ?
    WHERE job_id = ? AND kind = ? IF state = ? AND claimed_by = ?"""
_REPLACE = """
    UPDATE mails SET state = ?, copies = ?, accepted_at = ?
    WHERE job_id = ? AND kind = ? IF state = 'sending' AND claimed_by = ?"""
_WITHDRAW = "DELETE FROM mails WHERE job_id = ? AND kind = ? IF state = 'sending' AND claimed_by = ?"
_DELETE = "DELETE FROM mails WHERE job_id = ? AND kind = ? IF EXISTS"


class Mails:
    """Writes that return a bool say whether they are in force. One that timed out is looked up before answering.

    OutcomeUnknownError when it may still come into force: to be asked for again, as it is.
    """

    def __init__(self, cassandra: Cassandra) -> None:
        self._cassandra = cassandra

    async def find(self, mail_id: MailId) -> Mail | None:
        rows = await self._cassandra.execute(_FIND, (mail_id.job_id, mail_id.kind), serial=True)
        return _mail(mail_id, rows[0]) if rows else None

    async def claim(self, previous: Mail | None, claim: Mail) -> bool:
        """Put `claim` in the place of `previous`, if that is still what lies there."""
        values = (claim.state, claim.attempt, claim.claimed_at, claim.attempts, claim.copies, claim.message_id)
        key = (claim.id.job_id, claim.id.kind)
        if previous is None:
            return await self._write(_CLAIM_FIRST, (*values, *key), previous, claim)
        return await self._write(_CLAIM_AGAIN, (*values, *key, previous.state, previous.attempt), previous, claim)

    async def replace(self, claim: Mail, after: Mail) -> bool:
        """Write what became of `claim`; False when somebody took it over."""
        key = (claim.id.job_id, claim.id.kind)
        values = (after.state, after.copies, after.accepted_at)
        return await self._write(_REPLACE, (*values, *key, claim.attempt), claim, after)

    async def withdraw(self, claim: Mail) -> None:
        """Leave nothing of a mail that is not to be sent."""
        await self._cassandra.execute_if(_WITHDRAW, (claim.id.job_id, claim.id.kind, claim.attempt))

    async def delete(self, job_id: UUID) -> None:
        for kind in MailKind:
            await self._cassandra.execute_if(_DELETE, (job_id, kind))

    async def _write(self, cql: str, parameters: tuple[object, ...], before: Mail | None, after: Mail) -> bool:
        doubt = None
        try:
            if await self._cassandra.execute_if(cql, parameters):
                return True
        except OutcomeUnknownError as unknown:
            doubt = unknown
        found = await self.find(after.id)
        if found == before and doubt is not None:
            raise doubt
        return found == after


def _mail(mail_id: MailId, row: Row) -> Mail:
    return Mail(
        id=mail_id,
        state=MailState(row["state"]),
        attempt=row["claimed_by"],
        claimed_at=aware(row["claimed_at"]),
        attempts=row["attempts"],
        copies=row["copies"],
        message_id=row["message_id"],
        accepted_at=aware(row["accepted_at"]),
    )
