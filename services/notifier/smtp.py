"""The relay, spoken to with aiosmtplib: one connection per mail, answers turned into what may be done next.

What the library raises where is measured: tests/integration/test_notifier_smtp.py has a case for each.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP as WIRE

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from services.notifier.failures import NeverError, SendError, TryLaterError, UnconfirmedError
from services.notifier.relay_address import RelayAddress, Tls
from shared.errors import DependencyAwayError

ANSWER_SECONDS = 15.0

ACCEPTANCE_SECONDS = 45.0
"""From DATA to the last word. A claim may be a minute old at DATA and is taken over after two: it must fit between."""


class SmtpRelay:
    """`sender` is the envelope's; `trust` the certificates believed, by default the system's."""

    def __init__(
        self,
        address: RelayAddress,
        *,
        sender: str,
        trust: ssl.SSLContext | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        acceptance_seconds: float = ACCEPTANCE_SECONDS,
    ) -> None:
        self._address = address
        self._sender = sender
        self._trust = trust
        self._answer_seconds = answer_seconds
        self._acceptance_seconds = acceptance_seconds

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["SmtpLine"]:
        """DependencyAwayError when it cannot be reached, has no TLS where we insist, or refuses our password."""
        client = self._client()
        try:
            await _greet(client)
            yield SmtpLine(client, sender=self._sender, acceptance_seconds=self._acceptance_seconds)
            with suppress(SMTPException, OSError):  # the mail's fate is known by now
                await client.quit()
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._address.host,
            port=self._address.port,
            username=self._address.user,
            password=self._address.password,
            local_hostname=self._sender.rpartition("@")[2],
            timeout=self._answer_seconds,
            use_tls=self._address.tls is Tls.FROM_THE_START,
            start_tls=self._address.tls is Tls.STARTTLS,  # None would let whoever sits between turn it off
            tls_context=self._trust,
        )


class SmtpLine:
    """One connection, one letter."""

    def __init__(self, client: aiosmtplib.SMTP, *, sender: str, acceptance_seconds: float) -> None:
        self._client = client
        self._sender = sender
        self._acceptance_seconds = acceptance_seconds
        self._content = b""

    async def offer(self, letter: EmailMessage) -> None:
        """Name sender and recipient: TryLaterError or NeverError when that is not taken."""
        address = letter["To"].addresses[0].addr_spec
        international = not address.isascii()
        if international and not self._client.supports_extension("smtputf8"):
            raise NeverError
        self._content = letter.as_bytes(policy=WIRE.clone(utf8=international))
        try:
            await self._client.mail(self._sender, options=["SMTPUTF8"] if international else [])
        except (SMTPException, OSError) as error:
            # A 5xx here refuses us and not the person: the mail waits until somebody has put that right.
            raise TryLaterError(_code(error)) from None
        try:
            await self._client.rcpt(address, encoding="utf-8")
        except (SMTPException, OSError) as error:
            raise _by_code(_code(error), otherwise=TryLaterError) from None

    async def hand_over(self) -> None:
        """DATA with the letter offered: any SendError when the relay does not say that it has it."""
        try:
            async with asyncio.timeout(self._acceptance_seconds):
                await self._client.data(self._content, timeout=None)
        except (SMTPException, OSError) as error:
            failure = _by_code(_code(error), otherwise=UnconfirmedError)
            if isinstance(failure, UnconfirmedError):
                self._client.close()  # a late answer would be taken for the next command's
            raise failure from None


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
    except (SMTPException, OSError) as error:
        code = _code(error)
        detail = f"{type(error).__name__} {code}" if code else type(error).__name__
        raise DependencyAwayError("smtp", detail) from None


def _code(error: BaseException) -> int | None:
    """Of the relay's answer only the code leaves this file: its words like to repeat the address."""
    return error.code if isinstance(error, SMTPResponseException) else None


def _by_code(code: int | None, *, otherwise: type[SendError]) -> SendError:
    match (code or 0) // 100:
        case 4:
            return TryLaterError(code)
        case 5:
            return NeverError(code)
        case _:
            return otherwise(code)
