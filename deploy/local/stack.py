"""The whole system on this machine: what starts when, and stops when."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.local.cassandra import Cassandra
from deploy.local.failures import LocalFailure
from deploy.local.kafka import Kafka
from deploy.local.maildump import Maildump
from deploy.local.pictureweb import PictureWeb
from deploy.local.plan import Plan
from deploy.local.ports import is_taken
from deploy.local.processes import Processes
from deploy.local.programs import Program, run_to_end
from deploy.local.servers import Part, Server, as_they_answer
from deploy.local.services import TOLD, services
from deploy.local.settings import settings, write_env_file
from deploy.local.setup import Tools

Say = Callable[[str, float], None]
"""Called with what is done and the seconds it took."""


@dataclass(frozen=True)
class Stack:
    plan: Plan
    tools: Tools
    processes: Processes
    say: Say

    def up(self) -> None:
        """Have everything answer: start what is missing and what would be started differently now.

        If that fails, what this call started is stopped again.
        """
        in_force = settings(self.plan, self.tools.chromium)
        machinery = self._missing(self._machinery())
        workers = self._missing(services(in_force, self.plan.chosen, self.plan.ports))
        require_free_ports([*machinery, *workers])
        with self._stopped_on_failure([*machinery, *workers]):
            self._start(machinery)
            if workers:
                self._provision(in_force)
            self._start(workers)
        write_env_file(self.plan.home / "env", self.plan, in_force)

    def _machinery(self) -> list[Part]:
        home, ports, tools = self.plan.home, self.plan.ports, self.tools
        parts: list[Part] = [
            Cassandra(home, tools.cassandra_jars, ports.cassandra, ports.cassandra_storage),
            Maildump(home, tools.maildump, smtp_port=ports.smtp, web_port=ports.mail),
            Kafka(home, tools.kafka_jars, ports.kafka, ports.kafka_controller),
        ]
        return [*parts, PictureWeb(ports.pictures)] if self.plan.local_engines else parts

    def _missing(self, parts: Iterable[Part]) -> list[Server]:
        """Those that have to be started; one that runs in another way than it should now is stopped for it."""
        missing = [server for part in parts if not (server := Server(part, self.processes)).up_to_date]
        stop(self.processes, [server.name for server in missing])
        return missing

    def _start(self, servers: Sequence[Server]) -> None:
        started = time.monotonic()
        for server in servers:
            server.start()
        for server in as_they_answer(servers):
            self.say(server.name, time.monotonic() - started)

    def _provision(self, in_force: Mapping[str, str]) -> None:
        started = time.monotonic()
        program = Program("creating topics and tables", (sys.executable, "-m", "shared.provision"), in_force)
        run_to_end(program, log=self.processes.log("provision"))
        self.say("topics and tables", time.monotonic() - started)

    @contextmanager
    def _stopped_on_failure(self, servers: Sequence[Server]) -> Iterator[None]:
        try:
            yield
        except BaseException:
            stop(self.processes, [server.name for server in servers])
            raise


def require_free_ports(servers: Iterable[Server]) -> None:
    for server in servers:
        for setting, port in server.part.program().ports.items():
            if is_taken(port):
                raise LocalFailure(
                    f"port {port}, on which {server.name} should listen, is taken by another program: "
                    f"end that, or set {setting} to a free one"
                )


def down(processes: Processes) -> None:
    """Stop all that was started in this home and is not stopped yet; services first, for they need the rest to end."""
    stop(processes, processes.names())
    (processes.home / "env").unlink(missing_ok=True)


def stop(processes: Processes, names: Iterable[str]) -> None:
    names = list(names)
    for group in ([name for name in names if name in TOLD], [name for name in names if name not in TOLD]):
        with ThreadPoolExecutor(max_workers=len(TOLD)) as pool:
            list(pool.map(processes.stop, group))
