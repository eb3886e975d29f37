"""A conditional write without an answer: it is done, or not, or later. Who asked learns the truth, or asks again."""

import time
from datetime import UTC, datetime
from typing import cast
from uuid import uuid4

import pytest

from services.notifier.decisions import MailId, first_claim
from services.notifier.mails import Mails
from shared.cassandra import Cassandra
from shared.claims import Claims
from shared.errors import DependencyAwayError, OutcomeUnknownError
from shared.events import MailKind, Stage
from shared.fields import to_milliseconds
from tests.contract.cassandra_in_memory.session import Direct, MemoryCassandra, Request
from tests.contract.cassandra_in_memory.tables import Row, Tables

NOW = to_milliseconds(datetime.now(UTC))
MAIL = MailId(uuid4(), MailKind.READY)


class Doubtful(Direct):
    """The next conditional write has no answer; `done` says whether it is done all the same."""

    done: bool | None = None

    async def ask(self, request: Request) -> list[Row]:
        done = self.done
        if done is None or not (request.conditional and request.writes):
            return await super().ask(request)
        self.done = None
        if done:
            await super().ask(request)
        raise DependencyAwayError("cassandra")


@pytest.fixture
def line() -> Doubtful:
    return Doubtful(Tables(now=time.time))


@pytest.fixture
def cassandra(line: Doubtful) -> Cassandra:
    return cast("Cassandra", MemoryCassandra(line, now=time.time))


async def test_a_claim_that_was_done_is_known_as_ones_own(line: Doubtful, cassandra: Cassandra) -> None:
    line.done = True

    assert await Claims(cassandra).claim(uuid4(), 1, Stage.PACK, attempt=uuid4(), now=NOW)


async def test_a_claim_that_nobody_holds_is_not_given_up(line: Doubtful, cassandra: Cassandra) -> None:
    """Whoever gave it up would leave the run to nobody."""
    claims, job_id, attempt = Claims(cassandra), uuid4(), uuid4()
    line.done = False

    with pytest.raises(OutcomeUnknownError):
        await claims.claim(job_id, 1, Stage.PACK, attempt=attempt, now=NOW)
    assert await claims.claim(job_id, 1, Stage.PACK, attempt=attempt, now=NOW)


async def test_a_claim_that_somebody_else_holds_is_lost_without_doubt(line: Doubtful, cassandra: Cassandra) -> None:
    claims, job_id = Claims(cassandra), uuid4()
    assert await claims.claim(job_id, 1, Stage.PACK, attempt=uuid4(), now=NOW)
    line.done = False

    assert not await claims.claim(job_id, 1, Stage.PACK, attempt=uuid4(), now=NOW)


@pytest.mark.parametrize("done", [True, False])
async def test_a_mail_is_never_given_up_to_ones_own_late_claim(
    line: Doubtful, cassandra: Cassandra, *, done: bool
) -> None:
    mails, claim = Mails(cassandra), first_claim(MAIL, message_id="<one@test>", attempt=uuid4(), now=NOW)
    line.done = done

    if not done:
        with pytest.raises(OutcomeUnknownError):
            await mails.claim(None, claim)
    assert await mails.claim(None, claim)
    assert await mails.find(MAIL) == claim
