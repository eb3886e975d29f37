"""Connections kept for the next mail, against a real SMTP server; only the clock that ages them is the test's."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest
import trustme

from services.notifier.failures import NeverError, RelayAwayError
from services.notifier.lines import Lines
from services.notifier.relay_address import relay_address
from services.notifier.smtp import SmtpRelay
from services.notifier.smtp_line import SmtpLine
from services.notifier.upkeep import MAILS_PER_LINE
from shared.waiting import waiting_for
from tests.integration.relay import ScriptedRelay, relaying, server_tls
from tests.integration.troubles import Trouble

pytestmark = pytest.mark.integration

PERSON = "wsq.wee@example.com"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with relaying() as relay:
        yield relay


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def lines_to(
    relay: ScriptedRelay,
    clock: Clock | None = None,
    *,
    url: str = "smtp://127.0.0.1:{port}",
    trust: ssl.SSLContext | None = None,
    at_once: int = 3,
    mails_per_second: float = 10_000,
    answer_seconds: float = 10,
) -> AsyncIterator[Lines[SmtpLine]]:
    address = relay_address(url.format(port=relay.port))
    dial = SmtpRelay(address, sender="images@example.org", trust=trust, answer_seconds=answer_seconds).dial
    lines = Lines(dial, at_once=at_once, mails_per_second=mails_per_second, clock=clock or Clock())
    yield lines
    await lines.close()


async def send(lines: Lines[SmtpLine]) -> None:
    async with lines.connected() as line:
        await line.offer(a_letter())
        await line.hand_over()


async def noticed(lines: Lines[SmtpLine]) -> None:
    """That the relay has hung up on all that rest."""
    async with asyncio.timeout(10):
        while any(line.open for line, _ in lines._resting):
            await asyncio.sleep(0.01)


def a_letter() -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "images@example.org"
    letter["To"] = PERSON
    letter.set_content("hello\n")
    return letter


async def test_one_mail_after_the_other_goes_over_one_connection(relay: ScriptedRelay) -> None:
    async with lines_to(relay) as lines:
        for _ in range(5):
            await send(lines)

        assert relay.connections == 1
        assert "QUIT" not in relay.heard
        assert "NOOP" not in relay.heard

    assert len(relay.taken) == 5
    assert relay.heard[-1] == "QUIT"


async def test_no_more_connections_than_allowed_and_each_for_one_mail_at_a_time(relay: ScriptedRelay) -> None:
    gates = [asyncio.Event() for _ in range(5)]
    relay.answers("DATA", *gates)
    async with lines_to(relay, at_once=3) as lines:
        sending = [asyncio.create_task(send(lines)) for _ in range(5)]
        await relay.took(PERSON, 3)
        assert waiting_for() == ["smtp_slot"]
        for gate in gates:
            gate.set()
        await asyncio.gather(*sending)

        assert waiting_for() == []
    assert relay.connections == relay.at_once == 3
    assert len(relay.taken) == 5


async def test_after_half_a_minute_of_silence_the_relay_is_asked_first(relay: ScriptedRelay, clock: Clock) -> None:
    async with lines_to(relay, clock) as lines:
        await send(lines)
        clock.seconds += 29
        await send(lines)
        assert "NOOP" not in relay.heard
        clock.seconds += 30
        await send(lines)

    assert relay.heard.count("NOOP") == 1
    assert relay.connections == 1


@pytest.mark.parametrize("answer", ["421 you were too slow", Trouble.HANGS_UP])
async def test_a_relay_that_wants_no_more_of_a_connection_gets_another(
    relay: ScriptedRelay, clock: Clock, answer: str | Trouble
) -> None:
    async with lines_to(relay, clock) as lines:
        await send(lines)
        clock.seconds += 30
        relay.answers("NOOP", answer)
        await send(lines)

    assert relay.connections == 2
    assert len(relay.taken) == 2


async def test_a_relay_that_was_started_anew_costs_no_mail(relay: ScriptedRelay) -> None:
    async with lines_to(relay) as lines:
        await asyncio.gather(*(send(lines) for _ in range(3)))
        await relay.stop()
        await noticed(lines)
        await relay.start()
        await asyncio.gather(*(send(lines) for _ in range(3)))

    assert len(relay.taken) == 6


async def test_after_a_refused_mail_the_next_one_finds_a_clean_connection(relay: ScriptedRelay) -> None:
    relay.answers("RCPT", "550 unknown")
    async with lines_to(relay) as lines:
        with pytest.raises(NeverError):
            await send(lines)
        await send(lines)

    assert relay.connections == 1
    assert relay.heard.count("RSET") == 1
    assert len(relay.taken) == 1


async def test_no_connection_carries_more_than_its_share(relay: ScriptedRelay) -> None:
    async with lines_to(relay) as lines:
        async with lines.connected() as line:
            line.mails = MAILS_PER_LINE - 2
        await send(lines)
        assert "QUIT" not in relay.heard
        await send(lines)
        assert relay.heard[-1] == "QUIT"
        await send(lines)

    assert relay.connections == 2


async def test_mails_leave_at_their_pace(relay: ScriptedRelay) -> None:
    async with lines_to(relay, mails_per_second=20) as lines:
        await send(lines)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(send(lines) for _ in range(6)))

    assert asyncio.get_running_loop().time() - began >= 6 / 20 * 0.9


async def test_a_connection_in_use_when_all_is_closed_goes_when_its_mail_has_gone(relay: ScriptedRelay) -> None:
    gate = asyncio.Event()
    async with lines_to(relay) as lines:
        await send(lines)
        relay.answers("DATA", gate)
        sending = asyncio.create_task(send(lines))
        await relay.took(PERSON, 2)
        await lines.close()
        assert "QUIT" not in relay.heard
        gate.set()
        await sending

    assert relay.heard[-1] == "QUIT"


@pytest.mark.parametrize("tls", ["starttls", "from the start"])
async def test_tls_and_password_are_agreed_on_once_for_many_mails(tls: str) -> None:
    authority = trustme.CA()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    certificate = server_tls(authority)
    starts = tls == "starttls"
    options = {"tls_context": certificate, "require_starttls": True} if starts else {"auth_require_tls": False}
    async with relaying(None if starts else certificate, **options) as relay:
        relay.allow_logins()
        url = "smtp://me:p@127.0.0.1:{port}?starttls=always" if starts else "smtps://me:p@127.0.0.1:{port}"
        async with lines_to(relay, url=url, trust=trust) as lines:
            for _ in range(5):
                await send(lines)

    assert len(relay.taken) == 5
    assert relay.logins == [("me", "p")]


async def test_a_relay_that_is_away_is_left_in_peace_between_tries(relay: ScriptedRelay, clock: Clock) -> None:
    relay.answers("CONNECT", "421 full", "421 full")
    async with lines_to(relay, clock) as lines:
        for connections in (1, 1, 2, 2):
            with pytest.raises(RelayAwayError, match="421"):
                await send(lines)
            assert relay.connections == connections
            clock.seconds += 0.4
        clock.seconds += 1
        await send(lines)

    assert len(relay.taken) == 1


async def test_a_refused_login_is_not_repeated_for_every_mail(clock: Clock) -> None:
    async with relaying(auth_require_tls=False) as relay:
        relay.allow_logins()
        async with lines_to(relay, clock, url="smtp://you:p@127.0.0.1:{port}") as lines:
            for _ in range(20):
                with pytest.raises(RelayAwayError, match="535"):
                    await send(lines)

        assert relay.connections == 1


async def test_how_long_a_relay_has_been_away_is_counted_from_the_first_try(relay: ScriptedRelay, clock: Clock) -> None:
    await relay.stop()
    async with lines_to(relay, clock) as lines:
        for _ in range(4):
            with pytest.raises(RelayAwayError) as raised:
                await send(lines)
            clock.seconds += 30

        assert raised.value.lasting == timedelta(seconds=90)
        await relay.start()
        await send(lines)
        await relay.stop()
        await noticed(lines)
        with pytest.raises(RelayAwayError) as raised:
            await send(lines)

        assert raised.value.lasting == timedelta(0)


async def test_while_one_listens_for_a_greeting_the_others_need_not(relay: ScriptedRelay, clock: Clock) -> None:
    relay.answers("CONNECT", "421 full", Trouble.SAYS_NOTHING)
    async with lines_to(relay, clock, answer_seconds=0.5) as lines:
        with pytest.raises(RelayAwayError):
            await send(lines)
        clock.seconds += 1
        listening = asyncio.create_task(send(lines))
        async with asyncio.timeout(10):
            while relay.connections < 2:
                await asyncio.sleep(0.01)
        with pytest.raises(RelayAwayError, match="421"):
            await send(lines)

        assert not listening.done()
        with pytest.raises(RelayAwayError, match="Timeout"):
            await listening


async def test_a_relay_with_room_for_fewer_connections_is_not_away(relay: ScriptedRelay, clock: Clock) -> None:
    gate = asyncio.Event()
    relay.answers("DATA", gate)
    async with lines_to(relay, clock) as lines:
        sending = asyncio.create_task(send(lines))
        await relay.took(PERSON)
        relay.answers("CONNECT", "421 one is enough", "421 one is enough")
        with pytest.raises(RelayAwayError):
            await send(lines)
        gate.set()
        await sending
        clock.seconds += 90

        async with lines.connected() as line:
            with pytest.raises(RelayAwayError) as raised:
                await send(lines)
            await line.leave()
        assert raised.value.lasting == timedelta(seconds=90)
    assert relay.connections == 3
