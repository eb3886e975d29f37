"""The relay, called with aiosmtplib: address, TLS and password, until it has greeted us.

What the library raises where is measured: tests/integration/test_notifier_smtp.py has a case for each.
"""

import asyncio
import ssl

import aiosmtplib
from aiosmtplib import SMTPException

from services.notifier.decisions import ANSWERS_PER_ACCEPTANCE, LONGEST_ANSWER_SECONDS
from services.notifier.failures import RelayAwayError
from services.notifier.relay_address import RelayAddress, Tls
from services.notifier.smtp_line import SmtpLine, code_of

_ANSWERS_PER_GREETING = 2  # all of it: TLS and password too


class SmtpRelay:
    """`sender` is the envelope's; `trust` the certificates believed, by default the system's."""

    def __init__(
        self,
        address: RelayAddress,
        *,
        sender: str,
        answer_seconds: float = LONGEST_ANSWER_SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._address = address
        self._sender = sender
        self._trust = trust
        self._answer_seconds = answer_seconds

    async def dial(self) -> SmtpLine:
        """RelayAwayError when it cannot be reached, has no TLS where we insist, or does not let us in."""
        client = self._client()
        try:
            async with asyncio.timeout(_ANSWERS_PER_GREETING * self._answer_seconds):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    await client.ehlo()
        except BaseException as error:
            client.close()
            if isinstance(error, SMTPException | OSError):
                raise RelayAwayError(_brief(error)) from None
            raise
        return SmtpLine(client, self._sender, acceptance_seconds=ANSWERS_PER_ACCEPTANCE * self._answer_seconds)

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


def _brief(error: BaseException) -> str:
    if type(error) is SMTPException:
        return str(error)  # aiosmtplib's own words: what the relay does not offer
    code = code_of(error)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
