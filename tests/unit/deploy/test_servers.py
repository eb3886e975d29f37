import socket
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.failures import LocalFailure
from deploy.local.homes import alone_in
from deploy.local.ports import LOOPBACK
from deploy.local.processes import Processes
from deploy.local.programs import Program
from deploy.local.servers import Server, serving
from deploy.local.stack import down, require_free_ports


@dataclass(frozen=True)
class Talker:
    """A shell that is ready when its file is there."""

    script: str
    file: Path
    port: int = 1

    def program(self) -> Program:
        return Program("talker", ("sh", "-c", self.script), ports={"AID_LOCAL_WEB_PORT": self.port})

    def answers(self) -> bool:
        return self.file.exists()


def test_a_server_is_waited_for_until_it_answers_and_stopped_afterwards(tmp_path: Path) -> None:
    ready = tmp_path / "ready"

    with serving(Talker(f"touch {ready}; exec sleep 600", ready), tmp_path) as server:
        assert ready.exists()
        assert server.running

    assert not server.running


def test_a_server_that_ends_while_starting_is_named_with_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(LocalFailure, match=r"talker ended while starting; read .*/log/talker\.log"),
        serving(Talker("echo no such setting; exit 2", tmp_path / "never"), tmp_path),
    ):
        pass

    assert (tmp_path / "log" / "talker.log").read_text() == "no such setting\n"


def test_a_server_that_takes_too_long_is_named_with_its_log(tmp_path: Path) -> None:
    server = Server(Talker("exec sleep 600", tmp_path / "never"), Processes(tmp_path))
    server.start()

    with pytest.raises(LocalFailure, match=r"talker did not answer within 0 s; read .*/log/talker\.log"):
        server.wait_ready(patience=0.2)

    server.stop()


def test_a_taken_port_is_named_with_who_wants_it_and_how_to_move_it(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as stranger:
        port = stranger.getsockname()[1]
        wanting = Server(Talker("", tmp_path, port), Processes(tmp_path))

        with pytest.raises(LocalFailure, match=f"port {port}, on which talker .* set AID_LOCAL_WEB_PORT"):
            require_free_ports([wanting])


def test_down_stops_everything_of_its_home_and_takes_the_addresses_away(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    (tmp_path / "env").write_text("export AID_KAFKA_URL=127.0.0.1:1\n")
    for name in ("gateway", "kafka", "odd"):
        processes.start(Program(name, ("sleep", "600")))

    down(Processes(tmp_path))

    assert not any(processes.runs(name) for name in ("gateway", "kafka", "odd"))
    assert processes.names() == []
    assert not (tmp_path / "env").exists()


def test_down_where_nothing_was_ever_started_does_nothing(tmp_path: Path) -> None:
    down(Processes(tmp_path / "absent"))


def test_two_commands_are_not_at_work_in_one_home_at_a_time(tmp_path: Path) -> None:
    with (
        alone_in(tmp_path),
        pytest.raises(LocalFailure, match="another command"),
        alone_in(tmp_path, patience=0.1),
    ):
        pass

    with alone_in(tmp_path, patience=0.1):
        pass
