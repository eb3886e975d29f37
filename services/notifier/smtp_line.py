"""One connection to the relay: letters one after the other, its answers turned into what may be done next."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP as WIRE

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from services.notifier.failures import NeverError, SendError, TryLaterError, UnconfirmedError

_SMALL_TALK_SECONDS = 5.0
_CLOSING = 421


class SmtpLine:
    """It closes as soon as the two sides may be out of step.

    `mails` were begun on it; `clean`: none of them lies half done at the relay.
    """

    def __init__(self, client: aiosmtplib.SMTP, sender: str, *, acceptance_seconds: float) -> None:
        self.mails = 0
        self.clean = True
        self._client = client
        self._sender = sender
        self._acceptance_seconds = acceptance_seconds
        self._content = b""

    @property
    def open(self) -> bool:
        return self._client.is_connected

    async def offer(self, letter: EmailMessage) -> None:
        """Name sender and recipient: TryLaterError or NeverError when that is not taken."""
        address = letter["To"].addresses[0].addr_spec
        international = not address.isascii()
        if international and not self._client.supports_extension("smtputf8"):
            raise NeverError
        self.mails += 1
        self.clean = False
        self._content = letter.as_bytes(policy=WIRE.clone(utf8=international))
        try:
            with self._in_step():
                await self._client.mail(self._sender, options=["SMTPUTF8"] if international else [])
        except (SMTPException, OSError) as error:
            # A 5xx here refuses us and not the person: the mail waits until somebody has put that right.
            raise TryLaterError(code_of(error)) from None
        try:
            with self._in_step():
                await self._client.rcpt(address, encoding="utf-8")
        except (SMTPException, OSError) as error:
            raise _by_code(code_of(error), otherwise=TryLaterError) from None

    async def hand_over(self) -> None:
        """DATA with the letter offered: any SendError when the relay does not say that it has it."""
        try:
            with self._in_step():
                async with asyncio.timeout(self._acceptance_seconds):
                    await self._client.data(self._content, timeout=None)
        except (SMTPException, OSError) as error:
            raise _by_code(code_of(error), otherwise=UnconfirmedError) from None
        self.clean = True

    async def answers(self) -> bool:
        """Whether the relay still expects a mail here, and nothing more of the last one."""
        ask = self._client.noop if self.clean else self._client.rset
        try:
            with self._in_step():
                await ask(timeout=_SMALL_TALK_SECONDS)
        except (SMTPException, OSError):
            self._client.close()
            return False
        self.clean = True
        return True

    async def leave(self) -> None:
        with suppress(SMTPException, OSError):
            await self._client.quit(timeout=_SMALL_TALK_SECONDS)
        self._client.close()

    @contextmanager
    def _in_step(self) -> Iterator[None]:
        """After anything but a plain no an answer may still be under way, and be taken for the next command's."""
        try:
            yield
        except BaseException as error:
            if not _is_plain_no(code_of(error)):
                self._client.close()
            raise


def code_of(error: BaseException) -> int | None:
    """Of the relay's answer only the code goes further: its words like to repeat the address. None for gibberish."""
    return error.code if isinstance(error, SMTPResponseException) and error.code > 0 else None


def _is_plain_no(code: int | None) -> bool:
    return code is not None and code != _CLOSING and code // 100 in (4, 5)


def _by_code(code: int | None, *, otherwise: type[SendError]) -> SendError:
    match (code or 0) // 100:
        case 4:
            return TryLaterError(code)
        case 5:
            return NeverError(code)
        case _:
            return otherwise(code)
