"""The mail relay of the simulation: it refuses, hangs up, and may have taken what it never confirmed."""

import asyncio
from collections.abc import Callable
from email.message import EmailMessage
from random import Random

from services.notifier.failures import NeverError, RelayAwayError, TryLaterError, UnconfirmedError
from tests.faults.scene import Copy
from tests.faults.simulation.process import Process

BEFORE_DATA = 0.3
"""What goes wrong there is soon told; what matters comes after DATA."""

LONGEST_ANSWER = 40.0
"""Seconds; the notifier waits no longer for the last word."""


class Mailbox:
    """The relay's side. `trouble`: the share of commands that go wrong; `refused`: addresses it never takes.

    `copies` are what it took, `taken_at` when, in seconds since 1970.
    """

    def __init__(self, rng: Random, now: Callable[[], float]) -> None:
        self.away = False
        self.trouble = 0.0
        self.refused: set[str] = set()
        self.copies: list[Copy] = []
        self.taken_at: list[float] = []
        self._now = now
        self._rng = rng

    def goes_wrong(self, part: float = 1.0) -> bool:
        return self._rng.random() < part * self.trouble

    def greet(self) -> None:
        if self.away or self.goes_wrong(BEFORE_DATA):
            raise RelayAwayError("no answer")

    def consider(self, letter: EmailMessage) -> None:
        if self.away or self.goes_wrong(BEFORE_DATA):
            raise TryLaterError(451)
        if _address(letter) in self.refused:
            raise NeverError(550)

    def decide(self, letter: EmailMessage, *, heard: bool) -> None:
        """`heard`: whoever sends it lives to be told."""
        if self.away:
            raise UnconfirmedError
        if not self.goes_wrong():
            self._take(letter, confirmed=heard)
            return
        match self._rng.randrange(3):
            case 0:
                raise TryLaterError(452)
            case 1:
                self._take(letter, confirmed=False)
        raise UnconfirmedError

    def _take(self, letter: EmailMessage, *, confirmed: bool) -> None:
        self.taken_at.append(self._now())
        self.copies.append(Copy(letter["Message-ID"], _address(letter), confirmed))


class Line:
    """The notifier's side of one connection: `services/notifier/smtp.py`, on the mailbox here."""

    def __init__(self, process: Process, mailbox: Mailbox) -> None:
        self.mails = 0
        self.clean = True
        self.open = True
        self._process = process
        self._mailbox = mailbox
        self._letter = EmailMessage()

    async def answers(self) -> bool:
        return not self._mailbox.away

    async def leave(self) -> None:
        self.open = False

    async def offer(self, letter: EmailMessage) -> None:
        self.mails += 1
        self.clean = False
        self._letter = letter
        await self._process.call(lambda: self._mailbox.consider(letter), writes=False)

    async def hand_over(self) -> None:
        if self._mailbox.goes_wrong():
            await asyncio.sleep(self._process.rng.uniform(0, LONGEST_ANSWER))
        await self._process.call(self._decide, writes=True)
        self.clean = True

    def _decide(self) -> None:
        try:
            self._mailbox.decide(self._letter, heard=self._process.alive)
        except UnconfirmedError:
            self.open = False
            raise


async def dial(process: Process, mailbox: Mailbox) -> Line:
    await process.call(mailbox.greet, writes=False)
    return Line(process, mailbox)


def _address(letter: EmailMessage) -> str:
    (address,) = letter["To"].addresses
    return str(address.addr_spec)
