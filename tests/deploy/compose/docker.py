"""Docker's command line, spoken to one engine."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from deploy.local.failures import LocalFailure

_BUILDKIT_INSIDE = 23
"""Before this version the command has BuildKit in itself; from then on only with its plugin buildx."""


@dataclass(frozen=True)
class Docker:
    host: str
    """As in DOCKER_HOST; empty for the usual one."""

    def environment(self) -> dict[str, str]:
        return {**os.environ, **({"DOCKER_HOST": self.host} if self.host else {})}

    def answers(self) -> bool:
        return self._ended("version", "--format", "{{.Server.Version}}").returncode == 0

    def says(self, *command: str, stdin: BinaryIO | None = None) -> str:
        """What it prints; LocalFailure tells the end of what went wrong."""
        ended = self._ended(*command, stdin=stdin)
        if ended.returncode:
            raise LocalFailure(
                f"docker {command[0]} ended with code {ended.returncode}: {ended.stderr.strip()[-2000:]}"
            )
        return ended.stdout.strip()

    def build(self, context: Path, *, target: str, tag: str, file: Path | None = None) -> None:
        proxies = [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "no_proxy")]
        arguments = [f"--build-arg={name}" for name in proxies]
        where = [f"--file={file}"] if file else []
        more = {"DOCKER_BUILDKIT": "1" if self._has_buildkit() else "0"}
        command = ("build", "--quiet", f"--target={target}", f"--tag={tag}", *arguments, *where, str(context))
        ended = self._ended(*command, more=more)
        if ended.returncode:
            raise LocalFailure(f"{tag} was not built: {(ended.stdout + ended.stderr).strip()[-3000:]}")

    def inside(self, container: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a container that runs."""
        return self._ended("exec", container, *command)

    def _has_buildkit(self) -> bool:
        major = int(self.says("version", "--format", "{{.Client.Version}}").partition(".")[0])
        return major < _BUILDKIT_INSIDE or self._ended("buildx", "version").returncode == 0

    def _ended(
        self, *command: str, stdin: BinaryIO | None = None, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return run("docker", *command, environment={**self.environment(), **(more or {})}, stdin=stdin)


def run(
    *command: str, environment: Mapping[str, str], folder: Path | None = None, stdin: BinaryIO | None = None
) -> subprocess.CompletedProcess[str]:
    whole: Sequence[str] = command
    return subprocess.run(
        whole,
        cwd=folder,
        env=environment,
        stdin=stdin or subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
