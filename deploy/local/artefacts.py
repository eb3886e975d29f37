"""What the stack needs and our lock does not bring, fetched once, kept in `.local`: jars and the mail catcher."""

import fcntl
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from deploy.local.atomic import write_whole
from deploy.local.machine import require_maven
from deploy.local.programs import ROOT, Program, run_to_end

HERE = Path(__file__).parent
LOCAL = ROOT / ".local"


def kafka_jars() -> Path:
    return _jars("kafka")


def cassandra_jars() -> Path:
    return _jars("cassandra")


def _jars(name: str) -> Path:
    """Let Maven gather the jars the POM names, each in a folder of its own: their dependencies do not mix."""
    pom = HERE / f"{name}-pom.xml"

    def fetch(folder: Path) -> None:
        require_maven()
        _run("mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}", log=name)

    return made_once(LOCAL / "lib" / name, recipe=pom, make=fetch)


def maildump() -> Path:
    """Make the mail catcher a venv of its own, for what it pins does not go with what we pin; returns the program."""
    pins = HERE / "maildump.txt"

    def install(folder: Path) -> None:
        _run(sys.executable, "-m", "venv", str(folder), log="maildump")
        pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check")
        _run(*pip, "install", "-q", "--require-hashes", "-r", str(pins), log="maildump")

    return made_once(LOCAL / "maildump", recipe=pins, make=install) / "bin" / "maildump"


def _run(*command: str, log: str) -> None:
    run_to_end(Program(f"fetching {log} with {Path(command[0]).name}", command), log=LOCAL / "log" / f"fetch-{log}.log")


def made_once(folder: Path, *, recipe: Path, make: Callable[[Path], None]) -> Path:
    """Make `folder` from `recipe`, unless that was done and finished before; two callers at once make it once.

    The last thing written is the recipe's digest, so an interrupted or an outdated one is made anew.
    """
    complete = folder / ".complete"
    digest = sha256(recipe.read_bytes()).hexdigest()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.is_file() or complete.read_text() != digest:
            complete.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            write_whole(complete, digest)
    return folder
