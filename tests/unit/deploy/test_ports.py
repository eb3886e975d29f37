import socket
import subprocess
import sys

import pytest

from deploy.local.failures import LocalFailure
from deploy.local.plan import Ports
from deploy.local.ports import LOOPBACK, accepts, free_ports, is_taken


@pytest.fixture
def listening() -> socket.socket:
    return socket.create_server((LOOPBACK, 0))


def test_free_ports_are_in_a_row_and_nobody_listens_there() -> None:
    ports = free_ports(5)

    assert list(ports) == list(range(ports[0], ports[0] + 5))
    assert not any(is_taken(port) for port in ports)


def test_free_ports_are_given_to_nobody_else_before_anybody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = free_ports(1)
    monkeypatch.setattr("deploy.local.ports.CANDIDATES", range(first, first + 1))
    ask = f"from deploy.local import ports; ports.CANDIDATES = range({first}, {first} + 1); ports.free_ports(1)"

    with pytest.raises(OSError, match="no 1 free ports"):
        free_ports(1)
    command = [sys.executable, "-c", ask]
    other = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert "no 1 free ports" in other.stderr


def test_a_port_somebody_listens_on_is_taken(listening: socket.socket) -> None:
    with listening:
        assert is_taken(listening.getsockname()[1])
        assert accepts(listening.getsockname()[1])


def test_a_port_is_free_as_soon_as_its_server_has_closed_although_a_connection_lingers(
    listening: socket.socket,
) -> None:
    port = listening.getsockname()[1]
    with socket.create_connection((LOOPBACK, port)) as client:
        accepted, _ = listening.accept()
        accepted.close()  # the server's side closes first, so the port is the one in TIME_WAIT
        client.recv(1)
    listening.close()

    assert not is_taken(port)
    assert not accepts(port)


def test_the_ports_of_the_readme_hold_unless_one_is_moved() -> None:
    ports = Ports.chosen({"AID_LOCAL_WEB_PORT": "8081", "AID_LOCAL_KAFKA_CONTROLLER_PORT": "29093"})

    assert ports == Ports(web=8081, kafka_controller=29093)
    assert (Ports().web, Ports().mail, Ports().smtp, Ports().pictures) == (8080, 8025, 1025, 8090)
    assert (Ports().kafka, Ports().cassandra) == (19092, 19042)


@pytest.mark.parametrize("text", ["", "web", "0", "-1", "65536", "8080.0", "\u0661\u0660"])
def test_what_is_no_port_number_is_named_with_its_setting(text: str) -> None:
    with pytest.raises(LocalFailure, match="AID_LOCAL_WEB_PORT must be a port number"):
        Ports.chosen({"AID_LOCAL_WEB_PORT": text})


def test_free_ports_leave_room_for_the_health_of_five_services() -> None:
    ports = Ports.free()

    used = {ports.web, ports.mail, ports.smtp, ports.pictures, ports.kafka, ports.kafka_controller, ports.cassandra}
    assert not used & set(range(ports.health, ports.health + 5))
    assert not any(is_taken(port) for port in range(ports.health, ports.health + 5))
