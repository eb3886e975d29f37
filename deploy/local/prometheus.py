"""Prometheus and promtool: the machine's own, or out of Debian's package.

It is unpacked and not installed: that would start a server.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.local.artefacts import LOCAL, made_once
from deploy.local.debian import may_install
from deploy.local.failures import LocalFailure
from deploy.local.programs import Program, run_to_end

PACKAGE = "prometheus"
LOG = LOCAL / "log" / f"fetch-{PACKAGE}.log"


@dataclass(frozen=True)
class Prometheus:
    server: str
    promtool: str


def prometheus() -> Prometheus:
    """LocalFailure says how they can be had."""
    server, promtool = shutil.which("prometheus"), shutil.which("promtool")
    if server and promtool:
        return Prometheus(server, promtool)
    if shutil.which("apt-get") is None:
        raise LocalFailure("prometheus or its promtool is missing: install them")
    programs = made_once(LOCAL / "lib" / PACKAGE, recipe=Path(__file__), make=_unpack) / "usr" / "bin"
    return Prometheus(str(programs / "prometheus"), str(programs / "promtool"))


def _unpack(folder: Path) -> None:
    if may_install():
        _run("apt-get", "update")
    _run("env", "-C", str(folder), "apt-get", "download", PACKAGE)
    (package,) = folder.glob("*.deb")
    _run("dpkg-deb", "-x", str(package), str(folder))
    package.unlink()


def _run(*command: str) -> None:
    run_to_end(Program(f"fetching {PACKAGE} with {command[0]}", command), log=LOG)
