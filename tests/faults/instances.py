"""Processes of the services that a fault test may kill, stop and start at any moment."""

import asyncio
import signal
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from tests.faults.clocks import WallClock
from tests.integration.running import RunningService, start_service

_numbers = count(1)


class Instance:
    """One of several processes of a service. Started again it has the same settings, and a log of its own."""

    def __init__(self, service: str, environment: Mapping[str, str], folder: Path) -> None:
        self.service = service
        self.environment = dict(environment)
        self.clock = WallClock(folder / "clocks" / f"{service}-{next(_numbers)}")
        self._folder = folder
        self._process: RunningService | None = None

    @property
    def pid(self) -> int:
        return self._living.pid

    @property
    def process(self) -> RunningService:
        return self._living

    async def start(self) -> None:
        """Not waited for."""
        environment = {**self.environment, **self.clock.environment}
        self._process = await start_service(self.service, environment, self._folder)

    async def ready(self) -> None:
        await self._living.ready()

    async def kill(self) -> None:
        """SIGKILL: no goodbye."""
        await self._living.kill()

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        return await self._living.stop()

    def freeze(self) -> None:
        """It stands still in the middle of whatever it does, and does not know."""
        self._living.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._living.signal(signal.SIGCONT)

    @property
    def _living(self) -> RunningService:
        assert self._process is not None, f"{self.service} was never started"
        return self._process


class Fleet:
    """All instances of all services."""

    def __init__(self, instances: list[Instance]) -> None:
        self.instances = instances

    def of(self, service: str) -> list[Instance]:
        return [instance for instance in self.instances if instance.service == service]

    async def start(self) -> None:
        """Return when every one is ready."""
        for instance in self.instances:
            await instance.start()
        await asyncio.gather(*(instance.ready() for instance in self.instances))

    async def kill(self) -> None:
        await asyncio.gather(*(instance.kill() for instance in self.instances))
