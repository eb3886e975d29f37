"""What the file promises of a container, asked of the container."""

import json
from pathlib import Path

import pytest

from tests.deploy.compose.system import Container, System

SERVICES = ("gateway", "scheduler", "scraper", "packager", "notifier")
WRITABLE = {"gateway": ["/archives"], "packager": ["/archives", "/scratch"], "scraper": ["/app/canary"]}

LOOK = """
import json, os, pathlib
def writable(folder):
    try:
        probe = pathlib.Path(folder, "probe"); probe.touch(); probe.unlink()
    except OSError: return False
    return True
status = dict(line.split(":\\t", 1) for line in open("/proc/1/status") if ":\\t" in line)
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "capabilities": [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "may_gain": status["NoNewPrivs"].strip() == "0",
    "writable": [*filter(writable, "/ /app /venv /etc /var /tmp /archives /scratch /app/canary".split())],
    "secrets": sorted(os.listdir("/run/secrets")) if os.path.isdir("/run/secrets") else [],
}))
"""

REACH = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3): pass
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_as_nobody_in_particular_and_may_do_nothing_else(system: System, service: str) -> None:
    (container,) = system.containers(service)
    seen = json.loads(container.python("-c", LOOK).stdout)
    assert seen["user"] == [10001, 10001]
    assert set(seen["capabilities"]) == {"0" * 16}
    assert seen["may_gain"] is False
    assert seen["writable"] == ["/tmp", *WRITABLE.get(service, [])]


@pytest.mark.parametrize(
    ("service", "secrets"),
    [
        ("gateway", ["aid_address_key", "aid_s3_key", "aid_s3_secret", "aid_secret_keys"]),
        ("scheduler", []),
        ("scraper", []),
        ("packager", ["aid_s3_key", "aid_s3_secret"]),
        ("notifier", ["aid_address_key", "aid_secret_keys", "aid_smtp_url"]),
    ],
)
def test_a_service_sees_its_own_secrets_alone(system: System, service: str, secrets: list[str]) -> None:
    (container,) = system.containers(service)
    assert json.loads(container.python("-c", LOOK).stdout)["secrets"] == secrets


@pytest.mark.parametrize("server", ["kafka", "cassandra", "mail"])
def test_a_server_has_no_capabilities_and_is_not_root(system: System, server: str) -> None:
    (container,) = system.containers(server)
    status = system.docker.inside(container.id, "cat", "/proc/1/status").stdout
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert (lines["CapEff"], lines["CapBnd"], lines["NoNewPrivs"]) == ("0" * 16, "0" * 16, "1")
    assert lines["Uid"].split()[0] != "0"


@pytest.mark.parametrize("service", ["scraper", "packager", "notifier"])
def test_who_has_something_to_do_out_there_gets_out(system: System, service: str) -> None:
    (container,) = system.containers(service)
    assert _reaches(container, *_outside())


@pytest.mark.parametrize("service", ["gateway", "scheduler", "kafka", "cassandra"])
def test_nobody_else_gets_out(system: System, service: str) -> None:
    (container,) = system.containers(service)
    assert not _reaches(container, *_outside())


@pytest.mark.parametrize("service", ["gateway", "scheduler"])
def test_the_network_of_the_pictures_is_closed_to_who_downloads_nothing(system: System, service: str) -> None:
    (container,) = system.containers(service)
    assert not _reaches(container, "10.213.7.80", 8090)


def test_the_mail_catcher_and_the_form_are_published_to_this_machine_alone(system: System) -> None:
    bound = {
        binding["HostIp"]
        for container in system.containers()
        for bindings in (container.state()["NetworkSettings"]["Ports"] or {}).values()
        for binding in bindings or []
    }
    assert bound == {"127.0.0.1"}


def _outside() -> tuple[str, int]:
    """A place beyond this machine that answers whoever gets out: its name server."""
    files = [file for file in (Path("/run/systemd/resolve/resolv.conf"), Path("/etc/resolv.conf")) if file.is_file()]
    asked = [
        line.split()[1] for file in files for line in file.read_text().splitlines() if line.startswith("nameserver")
    ]
    return next(address for address in asked if not address.startswith("127.")), 53


def _reaches(container: Container, host: str, port: int) -> bool:
    return container.python("-c", REACH, host, str(port)).returncode == 0
