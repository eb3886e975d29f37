"""The SMTP adapter against a real server: every way to fail is told apart."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
import trustme

from services.notifier.failures import NeverError, SendError, TryLaterError, UnconfirmedError
from services.notifier.relay_address import RelayAddress, relay_address
from services.notifier.smtp import SmtpRelay
from shared.errors import DependencyAwayError
from tests.integration.relay import ScriptedRelay, Trouble, relaying, server_tls

pytestmark = pytest.mark.integration

PERSON = "wsq.wee@example.com"


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


async def send(address: RelayAddress, letter: EmailMessage, trust: ssl.SSLContext | None = None) -> None:
    relay = SmtpRelay(address, sender="images@example.org", trust=trust, answer_seconds=0.5, acceptance_seconds=0.5)
    async with relay.connected() as line:
        await line.offer(letter)
        await line.hand_over()


def plain(relay: ScriptedRelay) -> RelayAddress:
    return relay_address(f"smtp://127.0.0.1:{relay.port}")


async def test_a_letter_arrives_as_it_was_written(relay: ScriptedRelay) -> None:
    await send(plain(relay), a_letter())

    (taken,) = relay.taken
    assert relay.recipients == [PERSON]
    assert taken["Subject"] == "Good news"
    assert taken.get_content().splitlines() == ["first line", ".", ". a dot in front", "last line ✓"]


@pytest.mark.parametrize(
    ("command", "answer", "failure", "code"),
    [
        ("MAIL", "421 too busy", TryLaterError, 421),
        ("MAIL", "451 not now", TryLaterError, 451),
        ("MAIL", "550 we do not know you", TryLaterError, 550),
        ("MAIL", Trouble.HANGS_UP, TryLaterError, None),
        ("MAIL", Trouble.SAYS_NOTHING, TryLaterError, None),
        ("RCPT", "450 {address} is busy", TryLaterError, 450),
        ("RCPT", "550 {address} is unknown", NeverError, 550),
        ("RCPT", Trouble.HANGS_UP, TryLaterError, None),
        ("RCPT", Trouble.SAYS_NOTHING, TryLaterError, None),
        ("DATA", "421 closing", TryLaterError, 421),
        ("DATA", "451 not now", TryLaterError, 451),
        ("DATA", "454 slow down", TryLaterError, 454),
        ("DATA", "554 looks like spam", NeverError, 554),
        ("DATA", "299 what now", UnconfirmedError, 299),
        ("DATA", Trouble.HANGS_UP, UnconfirmedError, None),
        ("DATA", Trouble.SAYS_NOTHING, UnconfirmedError, None),
    ],
)
async def test_what_may_be_done_next_depends_on_who_said_what_when(
    relay: ScriptedRelay, command: str, answer: str | Trouble, failure: type[SendError], code: int | None
) -> None:
    relay.answers(command, answer)

    with pytest.raises(SendError) as raised:
        await send(plain(relay), a_letter())

    assert type(raised.value) is failure
    assert raised.value.code == code


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

    with pytest.raises(DependencyAwayError) as raised:
        await send(plain(relay), a_letter())

    assert raised.value.dependency == "smtp"


@pytest.mark.parametrize("greeting", [b"421 full\r\n", b"554 go away\r\n", b"hello?\r\n", b"", None])
async def test_a_relay_that_does_not_greet_is_away(greeting: bytes | None) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if greeting is None:
            await reader.read()
        else:
            writer.write(greeting)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        with pytest.raises(DependencyAwayError):
            await send(relay_address(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"), a_letter())


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

        with pytest.raises(DependencyAwayError) as raised:
            await send(relay_address(f"smtp://you:s3cret@127.0.0.1:{relay.port}?starttls=always"), a_letter(), trust)

        assert "535" in str(raised.value)
        assert "s3cret" not in str(raised.value)


async def test_a_relay_without_tls_gets_nothing_where_tls_is_asked(relay: ScriptedRelay) -> None:
    with pytest.raises(DependencyAwayError):
        await send(relay_address(f"smtp://127.0.0.1:{relay.port}?starttls=always"), a_letter())

    assert relay.taken == []


async def test_a_certificate_nobody_vouches_for_gets_nothing(authority: trustme.CA) -> None:
    async with relaying(tls_context=server_tls(authority)) as relay:
        with pytest.raises(DependencyAwayError):
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
