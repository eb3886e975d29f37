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


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment it inherits."""
    files: Mapping[Path, str] = field(default_factory=dict)
    """Configuration it reads, written before it starts."""

    def fingerprint(self) -> str:
        """Differs when the program would be started differently now."""
        files = sorted((str(path), text) for path, text in self.files.items())
        whole = [list(self.command), sorted(self.settings.items()), files]
        return sha256(json.dumps(whole).encode()).hexdigest()

    def write_files(self) -> None:
        for path, text in self.files.items():
            write_whole(path, text)


def run_to_end(command: Sequence[str], *, log: Path, settings: Mapping[str, str] | None = None) -> None:
    """Run it, its output appended to `log`; a failure names that file."""
    with open_log(log) as output:
        ended = subprocess.run(
            command,
            env={**os.environ, **(settings or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode:
        raise LocalFailure(f"{Path(command[0]).name} ended with code {ended.returncode}; read {log}")


def open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")
