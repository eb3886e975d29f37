"""A part of the stack as a running server: started, waited for, stopped."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from deploy.local.failures import LocalFailure
from deploy.local.processes import Processes
from deploy.local.programs import Program, shown

PATIENCE = 120.0
"""Seconds. A cold Cassandra on a busy machine takes 30; this is the end of hope, not the usual time."""


class Part(Protocol):
    """What can be started: Kafka, Cassandra, the mail catcher, the picture web, a service."""

    def program(self) -> Program: ...

    def answers(self) -> bool:
        """Whether it does its work now."""


@dataclass(frozen=True)
class Server:
    part: Part
    processes: Processes

    @cached_property
    def name(self) -> str:
        return self.part.program().name

    @property
    def log(self) -> str:
        return shown(self.processes.log(self.name))

    @property
    def running(self) -> bool:
        return self.processes.runs(self.name)

    @property
    def up_to_date(self) -> bool:
        """Whether it runs, started the very way it would be started now."""
        return self.processes.runs_as(self.part.program())

    @property
    def pid(self) -> int:
        """FileNotFoundError when it was not started."""
        return self.processes.pid(self.name)

    def start(self) -> None:
        self.processes.start(self.part.program())

    def wait_ready(self, *, patience: float = PATIENCE) -> None:
        for _ in as_they_answer([self], patience=patience):
            pass

    def stop(self) -> None:
        self.processes.stop(self.name)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self.processes.kill(self.name)

    def answered(self) -> bool:
        """Raises if it ended instead."""
        answers = self.part.answers()
        if not self.running:
            raise LocalFailure(f"{self.name} ended while starting; read {self.log}")
        return answers


def as_they_answer(servers: Sequence[Server], *, patience: float = PATIENCE) -> Iterator[Server]:
    """Yield each as soon as it answers; raise if one ends instead, or when `patience` seconds have passed."""
    waiting = list(servers)
    deadline = time.monotonic() + patience
    while waiting:
        for server in [server for server in waiting if server.answered()]:
            waiting.remove(server)
            yield server
        if waiting and time.monotonic() > deadline:
            raise LocalFailure(f"{waiting[0].name} did not answer within {patience:.0f} s; read {waiting[0].log}")
        time.sleep(0.05)


@contextmanager
def serving(part: Part, home: Path) -> Iterator[Server]:
    """Have it answer inside the `with`; stopped afterwards, whatever happens."""
    server = Server(part, Processes(home))
    try:
        server.start()
        server.wait_ready()
        yield server
    finally:
        server.stop()
