"""A real SMTP server (aiosmtpd) that answers as a test has written down beforehand, and keeps what it took."""

import asyncio
import ssl
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from deploy.local.ports import free_ports
from tests.integration.troubles import OK, Answer, say, transport_of

BYE = "221 Bye"

A_MOMENT = 0.01
"""Seconds after which it is known who has hung up meanwhile."""


class ScriptedRelay:
    """`taken` holds every mail whose DATA ended in 250 or in trouble: the worst case of the two.

    `recipients` and `confirmed` go with it: for whom it was, and whether 250 was said to somebody who still listened.
    `heard` are the commands it was asked, CONNECT for each connection; `at_once` the most connections at one moment.
    `mood` decides what the script does not: `(command, recipient)`, which is "" before RCPT.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.port = port
        self.mood: Callable[[str, str], Answer] = lambda _command, _recipient: OK
        self.heard: list[str] = []
        self.at_once = 0
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.confirmed: list[bool] = []
        self.logins: list[tuple[str, str]] = []
        self.connections = 0
        self._tls = tls
        self._options = options
        self._script: dict[str, deque[Answer]] = defaultdict(deque)
        self._server: asyncio.Server | None = None
        self._changed = asyncio.Condition()
        self._open: set[SMTP] = set()

    def answers(self, command: str, *answers: Answer) -> None:
        """The next answers to CONNECT (the greeting), MAIL, RCPT, DATA, NOOP, RSET or QUIT; afterwards its mood."""
        self._script[command].extend(answers)

    def hang_up(self) -> None:
        """On everybody, as a relay does that is started anew."""
        for session in list(self._open):
            transport_of(session).abort()

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.taken if mail["To"] == address]

    async def took(self, address: str, count: int = 1, patience: float = 60.0) -> list[EmailMessage]:
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
            self.hang_up()
            await self._server.wait_closed()

    def _session(self) -> SMTP:
        return _Session(self, loop=asyncio.get_running_loop(), hostname="relay.test", **self._options)

    async def greets(self, session: SMTP) -> bool:
        """Whether it lets this one in; says so itself when it does not."""
        self.connections += 1
        self._open.add(session)
        self.at_once = max(self.at_once, len(self._open))
        answer = await self._answer("CONNECT", session)
        if answer != OK:
            await session.push(answer)
            transport_of(session).close()
        return answer == OK

    def ended(self, session: SMTP) -> None:
        self._open.discard(session)

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

    async def handle_NOOP(self, server: SMTP, *_: Any) -> str:  # noqa: N802 - the library's name
        return await self._answer("NOOP", server)

    async def handle_RSET(self, server: SMTP, *_: Any) -> str:  # noqa: N802 - the library's name
        return await self._answer("RSET", server)

    async def handle_QUIT(self, server: SMTP, *_: Any) -> str:  # noqa: N802 - the library's name
        answer = await self._answer("QUIT", server)
        return BYE if answer == OK else answer

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        answer = await self._answer("RCPT", server, address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        (address,) = envelope.rcpt_tos
        answer = self._next("DATA", address)
        await asyncio.sleep(A_MOMENT)
        if answer == OK or not isinstance(answer, str):
            self.recipients.append(address)
            self.confirmed.append(answer == OK and server in self._open)
            self.taken.append(message_from_bytes(envelope.content, policy=default))
            async with self._changed:
                self._changed.notify_all()
        return await say(answer, server, address)

    async def _answer(self, command: str, server: SMTP, address: str = "") -> str:
        return await say(self._next(command, address), server, address)

    def _next(self, command: str, address: str) -> Answer:
        self.heard.append(command)
        script = self._script[command]
        return script.popleft() if script else self.mood(command, address)


class _Session(SMTP):
    """The library has no word in who is greeted, nor when somebody has gone."""

    async def _handle_client(self) -> None:
        if await self._relay().greets(self):
            await super()._handle_client()

    def connection_lost(self, error: Exception | None) -> None:
        self._relay().ended(self)
        super().connection_lost(error)

    def _relay(self) -> ScriptedRelay:
        return cast("ScriptedRelay", self.event_handler)


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
