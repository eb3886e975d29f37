"""The SMTP adapter against a real server: every way to fail is told apart."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
import trustme

from services.notifier.failures import NeverError, RelayAwayError, SendError, TryLaterError, UnconfirmedError
from services.notifier.relay_address import RelayAddress, relay_address
from services.notifier.smtp import SmtpRelay
from services.notifier.smtp_line import SmtpLine
from tests.integration.relay import ScriptedRelay, relaying, server_tls
from tests.integration.troubles import Answer, Trouble

pytestmark = pytest.mark.integration

PERSON = "wsq.wee@example.com"
PATIENT, BRIEF = 10.0, 0.25
"""Seconds for one answer: where one comes, and where none does."""


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with relaying() as relay:
        yield relay


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def a_letter(to: Address | None = None) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "images@example.org"
    letter["To"] = to or Address(addr_spec=PERSON)
    letter["Subject"] = "Good news"
    letter.set_content("first line\n.\n. a dot in front\nlast line ✓\n", cte="quoted-printable")
    return letter


async def dial(
    address: RelayAddress, trust: ssl.SSLContext | None = None, *, answer_seconds: float = PATIENT
) -> SmtpLine:
    relay = SmtpRelay(address, sender="images@example.org", trust=trust, answer_seconds=answer_seconds)
    return await relay.dial()


async def send(
    address: RelayAddress,
    letter: EmailMessage,
    trust: ssl.SSLContext | None = None,
    *,
    answer_seconds: float = PATIENT,
) -> None:
    line = await dial(address, trust, answer_seconds=answer_seconds)
    try:
        await hand_in(line, letter)
    finally:
        await line.leave()


async def hand_in(line: SmtpLine, letter: EmailMessage) -> None:
    await line.offer(letter)
    await line.hand_over()


def patience(answer: Answer | None) -> float:
    return PATIENT if isinstance(answer, str) else BRIEF


def plain(relay: ScriptedRelay) -> RelayAddress:
    return relay_address(f"smtp://127.0.0.1:{relay.port}")


async def test_a_letter_arrives_as_it_was_written(relay: ScriptedRelay) -> None:
    await send(plain(relay), a_letter())

    (taken,) = relay.taken
    assert relay.recipients == [PERSON]
    assert taken["Subject"] == "Good news"
    assert taken.get_content().splitlines() == ["first line", ".", ". a dot in front", "last line ✓"]


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("MAIL", "421 too busy", (TryLaterError, 421, False)),
        ("MAIL", "451 not now", (TryLaterError, 451, True)),
        ("MAIL", "550 we do not know you", (TryLaterError, 550, True)),
        ("MAIL", "hello?", (TryLaterError, None, False)),
        ("MAIL", Trouble.HANGS_UP, (TryLaterError, None, False)),
        ("MAIL", Trouble.SAYS_NOTHING, (TryLaterError, None, False)),
        ("MAIL", Trouble.DRIPS, (TryLaterError, None, False)),
        ("RCPT", "421 too busy", (TryLaterError, 421, False)),
        ("RCPT", "450 {address} is busy", (TryLaterError, 450, True)),
        ("RCPT", "550 {address} is unknown", (NeverError, 550, True)),
        ("RCPT", "hello?", (TryLaterError, None, False)),
        ("RCPT", Trouble.HANGS_UP, (TryLaterError, None, False)),
        ("RCPT", Trouble.SAYS_NOTHING, (TryLaterError, None, False)),
        ("RCPT", Trouble.DRIPS, (TryLaterError, None, False)),
        ("DATA", "421 closing", (TryLaterError, 421, False)),
        ("DATA", "451 not now", (TryLaterError, 451, True)),
        ("DATA", "454 slow down", (TryLaterError, 454, True)),
        ("DATA", "554 looks like spam", (NeverError, 554, True)),
        ("DATA", "299 what now", (UnconfirmedError, 299, False)),
        ("DATA", "hello?", (UnconfirmedError, None, False)),
        ("DATA", Trouble.HANGS_UP, (UnconfirmedError, None, False)),
        ("DATA", Trouble.SAYS_NOTHING, (UnconfirmedError, None, False)),
        ("DATA", Trouble.DRIPS, (UnconfirmedError, None, False)),
    ],
)
async def test_what_may_be_done_next_depends_on_who_said_what_when(
    relay: ScriptedRelay, command: str, answer: str | Trouble, outcome: tuple[type[SendError], int | None, bool]
) -> None:
    """The outcome: what is raised, with which code, and whether the connection stays open."""
    relay.answers(command, answer)
    line = await dial(plain(relay), answer_seconds=patience(answer))

    with pytest.raises(SendError) as raised:
        await hand_in(line, a_letter())

    assert (type(raised.value), raised.value.code, line.open) == outcome
    await line.leave()


@pytest.mark.parametrize(
    ("command", "answer"), [("MAIL", "451 not now"), ("RCPT", "550 unknown"), ("DATA", "554 looks like spam")]
)
async def test_after_a_plain_no_the_next_letter_goes_over_the_same_connection(
    relay: ScriptedRelay, command: str, answer: str
) -> None:
    relay.answers(command, answer)
    line = await dial(plain(relay))

    with pytest.raises(SendError):
        await hand_in(line, a_letter())
    assert line.open
    assert not line.clean
    assert await line.answers()
    await hand_in(line, a_letter())

    assert relay.connections == 1
    assert len(relay.taken) == 1
    assert "RSET" in relay.heard
    await line.leave()


@pytest.mark.parametrize("command", ["NOOP", "RSET"])
async def test_a_connection_that_answers_otherwise_than_yes_is_gone(relay: ScriptedRelay, command: str) -> None:
    relay.answers(command, "450 not any more")
    line = await dial(plain(relay))
    line.clean = command == "NOOP"

    assert not await line.answers()

    assert relay.heard == ["CONNECT", command]
    assert not line.open


async def test_a_sending_that_is_cancelled_takes_its_connection_along(relay: ScriptedRelay) -> None:
    relay.answers("DATA", Trouble.SAYS_NOTHING)
    line = await dial(plain(relay))
    sending = asyncio.create_task(hand_in(line, a_letter()))
    await relay.took(PERSON)

    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert not line.open


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_the_relays_words_stay_out_of_the_error(relay: ScriptedRelay, command: str) -> None:
    relay.answers(command, f"550 <{PERSON}> is not wanted here")

    with pytest.raises(SendError) as raised:
        await send(plain(relay), a_letter())

    assert PERSON not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


async def test_a_relay_that_is_not_there_is_away(relay: ScriptedRelay) -> None:
    await relay.stop()

    with pytest.raises(RelayAwayError) as raised:
        await dial(plain(relay))

    assert raised.value.dependency == "smtp"


@pytest.mark.parametrize("answer", ["421 full", "554 go away", "hello?", *Trouble])
async def test_a_relay_that_does_not_greet_is_away(relay: ScriptedRelay, answer: str | Trouble) -> None:
    relay.answers("CONNECT", answer)

    with pytest.raises(RelayAwayError):
        await dial(plain(relay), answer_seconds=patience(answer))


async def test_a_greeting_of_quick_answers_ends_all_the_same() -> None:
    each = 2.0  # seconds for an answer, with room for a busy machine

    async def drag(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers = {b"EHLO": b"250-hello\r\n250 AUTH CRAM-MD5 PLAIN LOGIN\r\n", b"AUTH": b"535 no\r\n"}
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            await asyncio.sleep(0.7 * each)
            writer.write(answers[line[:4]])
        writer.close()

    server = await asyncio.start_server(drag, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(RelayAwayError) as raised:
            await dial(relay_address(f"smtp://me:p@127.0.0.1:{port}"), answer_seconds=each)

    assert raised.value.detail == "TimeoutError"


async def test_a_letter_can_go_over_starttls_with_a_password(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    async with relaying(tls_context=server_tls(authority), require_starttls=True) as relay:
        relay.allow_logins()

        await send(relay_address(f"smtp://me:p%40ss@127.0.0.1:{relay.port}?starttls=always"), a_letter(), trust)

        assert relay.recipients == [PERSON]
        assert relay.logins == [("me", "p@ss")]


async def test_a_letter_can_go_over_tls_from_the_start(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    async with relaying(tls=server_tls(authority)) as relay:
        await send(relay_address(f"smtps://127.0.0.1:{relay.port}"), a_letter(), trust)

        assert relay.recipients == [PERSON]


async def test_a_wrong_password_waits_for_somebody_to_put_it_right(
    authority: trustme.CA, trust: ssl.SSLContext
) -> None:
    async with relaying(tls_context=server_tls(authority), require_starttls=True) as relay:
        relay.allow_logins()

        with pytest.raises(RelayAwayError) as raised:
            await send(relay_address(f"smtp://you:s3cret@127.0.0.1:{relay.port}?starttls=always"), a_letter(), trust)

        assert "535" in str(raised.value)
        assert "s3cret" not in str(raised.value)


async def test_a_relay_without_tls_gets_nothing_where_tls_is_asked(relay: ScriptedRelay) -> None:
    with pytest.raises(RelayAwayError, match="STARTTLS extension not supported"):
        await send(relay_address(f"smtp://127.0.0.1:{relay.port}?starttls=always"), a_letter())

    assert relay.taken == []


async def test_a_certificate_nobody_vouches_for_gets_nothing(authority: trustme.CA) -> None:
    async with relaying(tls_context=server_tls(authority)) as relay:
        with pytest.raises(RelayAwayError):
            await send(relay_address(f"smtp://127.0.0.1:{relay.port}?starttls=always"), a_letter())

        assert relay.taken == []


async def test_an_international_address_is_reached_where_the_relay_can(relay: ScriptedRelay) -> None:
    address = Address(username="用户", domain="example.com")

    with pytest.raises(NeverError):
        await send(plain(relay), a_letter(address))
    async with relaying(enable_SMTPUTF8=True) as worldly:
        await send(plain(worldly), a_letter(address))

    assert worldly.recipients == ["用户@example.com"]
    assert str(worldly.taken[0]["To"]).encode(errors="surrogateescape").decode() == "用户@example.com"
