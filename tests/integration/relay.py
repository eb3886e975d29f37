"""A real SMTP server (aiosmtpd) that answers as a test has written down beforehand, and keeps what it took."""

import asyncio
import ssl
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import Enum
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from deploy.local.ports import free_ports

OK = "250 OK"


class Trouble(Enum):
    """What a relay does instead of answering."""

    HANGS_UP = "hangs up"
    SAYS_NOTHING = "says nothing"


Answer = str | Trouble | asyncio.Event
"""An event: OK, once it is set."""


class ScriptedRelay:
    """`taken` holds every mail whose DATA ended in 250 or in trouble: the worst case of the two."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.port = port
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.connections = 0
        self._tls = tls
        self._options = options
        self._script: dict[str, deque[Answer]] = defaultdict(deque)
        self._server: asyncio.Server | None = None
        self._changed = asyncio.Condition()

    def answers(self, command: str, *answers: Answer) -> None:
        """The next answers to MAIL, RCPT or DATA; afterwards OK again."""
        self._script[command].extend(answers)

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.taken if mail["To"] == address]

    async def took(self, address: str, count: int = 1, patience: float = 20.0) -> list[EmailMessage]:
        """Wait until it took that many for one person; TimeoutError says it never did."""
        async with asyncio.timeout(patience), self._changed:
            await self._changed.wait_for(lambda: len(self.mails_to(address)) >= count)
        return self.mails_to(address)

    async def start(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            self._session, "127.0.0.1", self.port, ssl=self._tls
        )

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _session(self) -> SMTP:
        self.connections += 1
        return SMTP(self, loop=asyncio.get_running_loop(), hostname="relay.test", **self._options)

    def allow_logins(self) -> None:
        """Anybody called `me` gets in, whatever the password."""
        self._options["authenticator"] = self._authenticate

    def _authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        login = cast("LoginPassword", data)
        self.logins.append((login.login.decode(), login.password.decode()))
        return AuthResult(success=login.login == b"me", handled=False)

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._answer("MAIL", server)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        answer = await self._answer("RCPT", server, address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        expected = self._script["DATA"]
        if not expected or expected[0] == OK or not isinstance(expected[0], str):
            self.recipients.extend(envelope.rcpt_tos)
            self.taken.append(message_from_bytes(envelope.content, policy=default))
            async with self._changed:
                self._changed.notify_all()
        return await self._answer("DATA", server)

    async def _answer(self, command: str, server: SMTP, address: str = "") -> str:
        script = self._script[command]
        match script.popleft() if script else OK:
            case Trouble.HANGS_UP:
                cast("asyncio.Transport", server.transport).abort()
                await asyncio.Event().wait()  # the library cancels this when it notices
                raise AssertionError
            case Trouble.SAYS_NOTHING:
                await asyncio.Event().wait()
                raise AssertionError
            case asyncio.Event() as gate:
                await gate.wait()
                return OK
            case str(text):
                return text.format(address=address)
        raise AssertionError


@asynccontextmanager
async def relaying(tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[ScriptedRelay]:
    """A relay on a free port, `tls` from the start; `options` go to aiosmtpd."""
    (port,) = free_ports(1)
    relay = ScriptedRelay(port, tls, **options)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()


def server_tls(authority: Any) -> ssl.SSLContext:
    """What a server presents itself with; `authority` is a trustme.CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context
