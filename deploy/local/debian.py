"""Programs that Debian's packages bring, installed when they are missing and we may."""

import os
import shutil
from collections.abc import Sequence

from deploy.local.artefacts import LOCAL
from deploy.local.failures import LocalFailure
from deploy.local.programs import Program, run_to_end


def program(name: str, *, package: str) -> str:
    """Where it is. LocalFailure says how it can be had."""
    if shutil.which(name) is None and may_install():
        install(name, [package])
    found = shutil.which(name)
    if found is None:
        raise LocalFailure(f"{name} is missing: install it (apt-get install {package})")
    return found


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(what: str, packages: Sequence[str]) -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    log = LOCAL / "log" / f"fetch-{what.lower()}.log"
    for command in (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", *packages)):
        run_to_end(Program(f"fetching {what} ({command[1]})", command, quiet), log=log)
