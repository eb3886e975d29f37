"""A part of the stack as a running server: started, waited for, stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.local.failures import LocalFailure
from deploy.local.processes import Processes
from deploy.local.programs import Program
from deploy.local.waiting import PATIENCE, wait_until


class Part(Protocol):
    """What can be started: Kafka, Cassandra, the mail catcher, the picture web, a service."""

    def program(self) -> Program: ...

    def prepare(self, log: Path) -> None:
        """Whatever must have happened before the first start."""

    def answers(self) -> bool:
        """Whether it does its work now."""


@dataclass(frozen=True)
class Server:
    part: Part
    processes: Processes

    @property
    def name(self) -> str:
        return self.part.program().name

    @property
    def log(self) -> Path:
        return self.processes.log(self.name)

    def start(self) -> None:
        self.part.prepare(self.log)
        self.processes.start(self.part.program())

    def wait_ready(self, *, patience: float = PATIENCE) -> None:
        """Return when it answers; raise when it ended instead or takes longer than `patience` seconds."""
        settled = wait_until(lambda: self.part.answers() or not self.running, patience=patience)
        if not settled:
            raise LocalFailure(f"{self.name} did not answer within {patience:.0f} s; read {self.log}")
        if not self.running:
            raise LocalFailure(f"{self.name} ended while starting; read {self.log}")

    @property
    def running(self) -> bool:
        return self.processes.runs(self.name)

    def stop(self) -> None:
        self.processes.stop(self.name)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self.processes.kill(self.name)


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
