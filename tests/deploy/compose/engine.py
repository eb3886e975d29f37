"""A Docker Engine: the one that answers, or Debian's, started for these tests alone and stopped after them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.debian import install, may_install, program
from deploy.local.failures import LocalFailure
from deploy.local.processes import Processes
from deploy.local.programs import Program, shown
from deploy.local.timing import timed
from deploy.local.waiting import wait_until
from tests.deploy.compose.docker import Docker

PATIENCE = 60.0


class EngineRefusedError(Exception):
    """No engine can run here; says in whose words."""


@dataclass(frozen=True)
class Engine:
    docker: Docker
    ours: bool
    """Made for the tests: what lies in it is nobody's."""


@contextmanager
def engine(home: Path) -> Iterator[Engine]:
    """`home`: for the data of one of our own; images stay there, so that the next time is quick."""
    answering = Docker(os.environ.get("DOCKER_HOST", ""))
    if shutil.which("docker") and answering.answers():
        yield Engine(answering, ours=False)
        return
    socket = home / "docker.sock"
    processes = Processes(home)
    try:
        with timed("engine started"):
            _start(processes, Docker(f"unix://{socket}"), home)
        yield Engine(Docker(f"unix://{socket}"), ours=True)
    finally:
        processes.stop("dockerd")
        socket.unlink(missing_ok=True)


def _start(processes: Processes, docker: Docker, home: Path) -> None:
    dockerd = _dockerd()
    for stale in ("docker.sock", "docker.pid"):
        (home / stale).unlink(missing_ok=True)
    processes.log("dockerd").unlink(missing_ok=True)
    places = (f"--data-root={home / 'data'}", f"--exec-root={home / 'exec'}", f"--pidfile={home / 'docker.pid'}")
    processes.start(Program("dockerd", (dockerd, *places, f"--host={docker.host}")))
    wait_until(lambda: docker.answers() or not processes.runs("dockerd"), patience=PATIENCE)
    if not docker.answers():
        raise EngineRefusedError(_last_words(processes.log("dockerd")))


def _dockerd() -> str:
    if os.geteuid() != 0:
        raise EngineRefusedError("none answers, and only root may start one")
    try:
        if may_install() and not shutil.which("dockerd"):
            install("docker.io", ["docker.io", "iptables"])
        return program("dockerd", package="docker.io")
    except LocalFailure as failure:
        raise EngineRefusedError(str(failure)) from failure


def _last_words(log: Path) -> str:
    lines = log.read_text().split("\n") if log.is_file() else []
    return next((line for line in reversed(lines) if line.strip()), f"nothing in {shown(log)}")
