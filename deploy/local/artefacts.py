"""What the stack needs and pip does not bring: the jars of Kafka and Cassandra. Fetched once, kept in `.local/lib`."""

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from deploy.local.atomic import write_whole
from deploy.local.programs import run_to_end

HERE = Path(__file__).parent
LOCAL = HERE.parents[1] / ".local"


def kafka_jars() -> Path:
    return _jars("kafka")


def cassandra_jars() -> Path:
    return _jars("cassandra")


def _jars(name: str) -> Path:
    """Let Maven gather the jars the POM names, each in a folder of its own: their dependencies do not mix."""
    pom = HERE / f"{name}-pom.xml"

    def fetch(folder: Path) -> None:
        command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
        run_to_end(command, log=LOCAL / "log" / f"{name}-jars.log")

    return made_once(LOCAL / "lib" / name, recipe=pom, make=fetch)


def made_once(folder: Path, *, recipe: Path, make: Callable[[Path], None]) -> Path:
    """Make `folder` from `recipe`, unless that was done and finished before.

    The last thing written is the recipe's digest, so an interrupted or an outdated one is made anew.
    """
    complete = folder / ".complete"
    digest = sha256(recipe.read_bytes()).hexdigest()
    if complete.is_file() and complete.read_text() == digest:
        return folder
    complete.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make(folder)
    write_whole(complete, digest)
    return folder
