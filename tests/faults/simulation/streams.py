"""A process's place in its group: what `shared/streams.py` is on Faust, a rebalance at any moment included."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from shared.streams import Handling
from shared.topics import Topic
from tests.faults.simulation.broker import Broker, Place
from tests.faults.simulation.process import Process

COMMIT_SECONDS = 1.0
HEARTBEAT_SECONDS = 3.0

Assigned = Callable[[list[Place]], Awaitable[None]]


async def nothing(_: list[Place]) -> None:
    pass


class Streams:
    """A `Member`. One task per partition hands record by record to the consumer, and lets it go when that returns."""

    def __init__(
        self,
        process: Process,
        broker: Broker,
        topics: Iterable[Topic],
        consumer: Handling,
        assigned: Assigned = nothing,
    ) -> None:
        self._process = process
        self._broker = broker
        self._group = broker.group(process.service, [topic.name for topic in topics])
        self._consumer = consumer
        self._assigned = assigned
        self._generation = 0
        self._reading: list[asyncio.Task[None]] = []
        self._more: dict[Place, asyncio.Event] = {}
        self._done: dict[Place, int] = {}
        self._moving = asyncio.Lock()
        self._committing = False
        self._crashed: asyncio.Future[None] = process.loop.create_future()

    async def run(self) -> None:
        """Until cancelled; raises what a handler raised."""
        self._process.on_death.append(lambda: self._group.falls_silent(self))
        self._process.on_freeze.append(lambda: self._group.falls_silent(self))
        self._process.on_thaw.append(self._come_back)
        await self._process.call(lambda: self._group.join(self), writes=False)
        try:
            await self._crashed
        finally:
            await self._let_go()
            self._group.leave(self)

    # What the group tells

    @property
    def silent(self) -> bool:
        return self._process.silent

    def revoke(self) -> None:
        self._process.loop.call_soon(self._cancel)

    def assign(self, generation: int, places: list[Place]) -> None:
        self._process.loop.call_soon(lambda: self._process.loop.create_task(self._take(generation, places)))

    def wake(self, place: Place) -> None:
        if place in self._more:
            self._process.loop.call_soon(self._more[place].set)

    # What follows from it

    def _cancel(self) -> None:
        for task in self._reading:
            task.cancel()

    async def _let_go(self) -> None:
        self._cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        self._reading.clear()
        self._done.clear()

    async def _take(self, generation: int, places: list[Place]) -> None:
        async with self._moving:
            if generation <= self._generation:
                return
            await self._let_go()
            self._generation = generation
            await self._assigned(places)
            self._more = {place: asyncio.Event() for place in places}
            self._reading = [asyncio.create_task(self._read(place)) for place in places]
            for reading in self._reading:
                reading.add_done_callback(self._over)

    async def _read(self, place: Place) -> None:
        position = await self._process.call(lambda: self._group.committed[place], writes=False)
        log, more = self._broker.logs[place], self._more[place]
        while True:
            while not self._broker.away and position < len(log):
                await self._consumer.handle(log[position])
                position += 1
                self._done[place] = position
                self._commit_soon()
            more.clear()
            await more.wait()

    def _over(self, reading: asyncio.Task[None]) -> None:
        """It ends by being cancelled, or not at all."""
        if not reading.cancelled() and (error := reading.exception()) and not self._crashed.done():
            self._crashed.set_exception(error)

    def _commit_soon(self) -> None:
        if not self._committing:
            self._committing = True
            self._process.loop.call_later(COMMIT_SECONDS, self._commit)

    def _commit(self) -> None:
        self._committing = False
        if self._broker.away:
            self._commit_soon()
            return
        generation, done = self._generation, dict(self._done)
        self._process.post(lambda: self._group.commit(generation, done))

    def _come_back(self) -> None:
        """Its next heartbeat tells it that it was given up; until then it goes on as if nothing had been."""

        def rejoin() -> None:
            if self not in self._group.members and not self.silent:
                self.revoke()
                self._group.join(self)

        self._process.loop.call_later(self._process.rng.uniform(0, HEARTBEAT_SECONDS), rejoin)
