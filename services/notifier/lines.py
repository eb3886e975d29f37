"""The connections to the relay: so many at once, each for one mail at a time, kept for the next.

All waiting is done here, before a mail is claimed: for a free connection, for the pace, for the relay to greet.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from aiolimiter import AsyncLimiter
from prometheus_client import Gauge

from services.notifier.failures import RelayAwayError
from services.notifier.upkeep import MAILS_PER_LINE, Absence, absence_after, is_asked_first, still_served
from shared.waiting import waits_for

AWAY = Gauge("aid_relay_away_seconds", "How long the relay has been away; 0 when it was there as last needed")


class KeptLine(Protocol):
    @property
    def open(self) -> bool:
        """As far as is known without asking."""

    @property
    def clean(self) -> bool:
        """No mail lies there half done."""

    @property
    def mails(self) -> int:
        """Begun on it so far."""

    async def answers(self) -> bool:
        """Whether the relay still expects a mail on it; asks."""

    async def leave(self) -> None: ...


L = TypeVar("L", bound=KeptLine)


class Lines(Generic[L]):
    """`dial` makes a new one, or raises RelayAwayError. `clock`: seconds, never going back."""

    def __init__(
        self,
        dial: Callable[[], Awaitable[L]],
        *,
        at_once: int,
        mails_per_second: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dial = dial
        self._slots = asyncio.Semaphore(at_once)
        self._pace = AsyncLimiter(1, 1 / mails_per_second)  # evenly, without bursts
        self._clock = clock
        self._resting: list[tuple[L, float]] = []
        self._absence: Absence | None = None
        self._dialling = 0
        self._closed = False
        AWAY.set_function(lambda: self.away_for)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[L]:
        """A connection for one mail; RelayAwayError when there is none and none can be made."""
        async with AsyncExitStack() as stack:
            with waits_for("smtp_slot", here=True):
                await stack.enter_async_context(self._slots)
                await self._pace.acquire()
            with waits_for("smtp"):
                line = await self._rested() or await self._new()
            stack.push_async_callback(self._put_back, line)
            yield line

    async def answers(self) -> bool:
        """Whether the relay was there when it was last needed: the readiness check asks it nothing."""
        return self._absence is None

    @property
    def away_for(self) -> float:
        """Seconds."""
        return self._clock() - self._absence.since if self._absence else 0.0

    async def close(self) -> None:
        """Say goodbye on those that rest; the others go as they come back."""
        self._closed = True
        resting, self._resting = self._resting, []
        await asyncio.gather(*(line.leave() for line, _ in resting))

    async def _rested(self) -> L | None:
        """The one used last, so that those too many grow old."""
        while self._resting:
            line, since = self._resting.pop()
            idle = self._clock() - since
            if line.open and (not is_asked_first(clean=line.clean, idle=idle) or await line.answers()):
                return line
        return None

    async def _new(self) -> L:
        """While the relay is away one tries at a time, and the others need not wait for what it finds."""
        began = self._clock()
        if self._absence is not None and (self._dialling or began < self._absence.until):
            raise self._away(self._absence)
        self._dialling += 1
        try:
            line = await self._dial()
        except RelayAwayError as away:
            self._absence = absence_after(self._absence, began=began, now=self._clock(), detail=away.detail)
            raise self._away(self._absence) from None
        finally:
            self._dialling -= 1
        self._absence = None
        return line

    def _away(self, absence: Absence) -> RelayAwayError:
        return RelayAwayError(absence.detail, timedelta(seconds=self._clock() - absence.since))

    async def _put_back(self, line: L) -> None:
        if line.open:
            self._absence = still_served(self._absence, now=self._clock())
        if line.open and line.mails < MAILS_PER_LINE and not self._closed:
            self._resting.append((line, self._clock()))
        else:
            await line.leave()
