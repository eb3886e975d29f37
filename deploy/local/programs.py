"""A program as a value, and running one to its end."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from deploy.local.atomic import write_whole
from deploy.local.failures import LocalFailure

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    """All it is told of ours: no other `AID_*` reaches it."""
    files: Mapping[Path, str] = field(default_factory=dict)
    """Configuration it reads, written before it starts."""
    before: Sequence[str] = ()
    """A command that must have ended well before it starts."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """What it listens on, by the setting that moves it."""

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AID_")}
        return {**inherited, **self.settings}

    def fingerprint(self) -> str:
        """Differs when the program would be started differently now."""
        files = sorted((str(path), text) for path, text in self.files.items())
        whole = [list(self.command), sorted(self.settings.items()), files]
        return sha256(json.dumps(whole).encode()).hexdigest()

    def prepare(self, log: Path) -> None:
        for path, text in self.files.items():
            write_whole(path, text)
        if self.before:
            run_to_end(Program(f"preparing {self.name}", self.before, self.settings), log=log)


def run_to_end(program: Program, *, log: Path) -> None:
    """Run it, its output appended to `log`; a failure names that file."""
    with open_log(log) as output:
        ended = subprocess.run(
            program.command,
            cwd=ROOT,
            env=program.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode:
        raise LocalFailure(f"{program.name} ended with code {ended.returncode}; read {shown(log)}")


def shown(path: Path) -> str:
    """As a person in the project's directory would write it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")
