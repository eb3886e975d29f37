"""A service as its own process, as it runs in earnest: ready, stopped, killed, by its id."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from deploy.local.ports import free_ports

READY_WITHIN = 120.0
DUMPED_WITHIN = 2.0
LAST_LINES, LAST_TASKS, LINE = 12, 20, 220

_started: list["RunningService"] = []


class RunningService:
    """`log` holds its JSON lines."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, health_url: str, log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log
        self.health_url = health_url

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    def lines(self) -> list[dict[str, Any]]:
        """Those that are whole: a process may be in the middle of its last one."""
        written = self._log.read_text().split("\n")[:-1]
        return [json.loads(line) for line in written if line.startswith("{")]

    def text(self) -> str:
        return self._log.read_text()

    def last_words(self) -> str:
        """The end of its log, then what those of its tasks wait for that are in our code; short, for a report."""
        written = self.text().splitlines()
        self.signal(signal.SIGUSR1)
        impatient_at = time.monotonic() + DUMPED_WITHIN
        while len(self.text().splitlines()) == len(written) and self.alive and time.monotonic() < impatient_at:
            time.sleep(0.05)
        tasks = [" < ".join(line["waits_at"][::-1]) for line in self.lines() if line.get("event") == "task"]
        ours = [task for task in tasks if "shared/" in task or f"{self.name}/" in task]
        return "\n".join(line[:LINE] for line in written[-LAST_LINES:] + ours[-LAST_TASKS:])

    async def ready(self) -> None:
        """Wait for its `/readyz`; says what it wrote when that never comes."""
        async with aiohttp.ClientSession() as session:
            try:
                async with asyncio.timeout(READY_WITHIN):
                    while self._process.returncode is None and not await _says_ready(session, self.health_url):
                        await asyncio.sleep(0.1)
            except TimeoutError:
                raise AssertionError(f"{self.name} is not ready:\n{self.text()[-4000:]}") from None
        assert self._process.returncode is None, f"{self.name} ended:\n{self.text()[-4000:]}"

    async def until_not_ready(self) -> None:
        """Wait until its `/readyz` says no; the caller limits that."""
        async with aiohttp.ClientSession() as session:
            while await _says_ready(session, self.health_url):
                await asyncio.sleep(0.1)

    def signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        async with asyncio.timeout(30):
            return await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


def what_services_say() -> list[tuple[str, str]]:
    """Name and last words of each that lives, for the report of a test that has failed."""
    return [(service.name, service.last_words()) for service in _started if service.alive]


async def _says_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def start_service(name: str, environment: Mapping[str, str], folder: Path) -> RunningService:
    """`python -m services.<name>`, its output in `folder`; not waited for."""
    (port,) = free_ports(1)
    log = folder / f"{name}-{port}.log"
    clean = {key: text for key, text in os.environ.items() if not key.startswith("AID_")}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"services.{name}",
            env={**clean, **environment, "AID_HEALTH_HOST": "127.0.0.1", "AID_HEALTH_PORT": str(port)},
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )
    service = RunningService(name, process, f"http://127.0.0.1:{port}", log)
    _started.append(service)
    return service


@asynccontextmanager
async def running(name: str, environment: Mapping[str, str], folder: Path) -> AsyncIterator[RunningService]:
    """A service that is ready; gone when the block ends, however it ends."""
    service = await start_service(name, environment, folder)
    try:
        await service.ready()
        yield service
        await service.stop()
    finally:
        await service.kill()
