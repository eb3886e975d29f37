"""The system as docker-compose.yml has it, in a folder of its own: as one has it who has just cloned the project."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.failures import LocalFailure
from deploy.local.mailbox import Mailbox
from deploy.local.programs import ROOT
from tests.deploy.compose.docker import Docker, run

NEEDED = ("docker-compose.yml", "deploy/compose", "deploy/observability", "deploy/k8s/components/monitoring")
COMPOSE = Path(sys.executable).parent / "docker-compose"
STAND_INS = Path(__file__).parent / "compose.test.yml"

PATIENCE = 300


@dataclass(frozen=True)
class System:
    docker: Docker
    folder: Path
    web_port: int
    mail_port: int
    s3_port: int
    prometheus_port: int
    profiles: tuple[str, ...] = ("pictureweb",)
    egress: str = "10.213.7.0/24"

    @property
    def web_url(self) -> str:
        return f"http://localhost:{self.web_port}"

    def mailbox(self, address: str) -> Mailbox:
        return Mailbox(f"http://127.0.0.1:{self.mail_port}", address)

    def up(self, *more: str) -> None:
        """Returns when all that was asked for is healthy."""
        self.compose("up", "--detach", "--no-build", "--wait", f"--wait-timeout={PATIENCE}", *more)

    def down(self) -> None:
        """Nothing of it is left, whatever profiles were turned on meanwhile."""
        self.compose("--profile=*", "down", "--volumes", "--remove-orphans")

    def compose(self, *command: str) -> str:
        ended = self.tried(*command)
        if ended.returncode:
            raise LocalFailure(
                f"docker-compose {' '.join(command)} ended with code {ended.returncode}: {ended.stderr[-3000:]}"
            )
        return ended.stdout

    def tried(self, *command: str) -> subprocess.CompletedProcess[str]:
        files = (f"--file={self.folder / 'docker-compose.yml'}", f"--file={STAND_INS}")
        # Profiles are named as well: of several such files the last one's COMPOSE_PROFILES holds.
        chosen = [f"--env-file={file}" for file in map(_env_file, self.profiles) if (self.folder / file).is_file()]
        chosen += [f"--profile={profile}" for profile in self.profiles]
        whole = (str(COMPOSE), f"--project-name={self.folder.name}", *files, *chosen, "--progress=quiet", *command)
        return run(*whole, environment=self._environment(), folder=self.folder)

    def containers(self, *services: str) -> list["Container"]:
        """Those of the services, or all, dead ones as well."""
        told = self.compose("ps", "--all", "--format=json", *services)
        return [Container(self.docker, row["ID"], row["Service"]) for row in map(json.loads, told.splitlines())]

    def said(self, service: str) -> list[dict[str, Any]]:
        """The log of all its containers, oldest first; each line names the one that wrote it."""
        return [line for container in self.containers(service) for line in container.said()]

    def _environment(self) -> dict[str, str]:
        ports = {
            "AID_LOCAL_WEB_PORT": str(self.web_port),
            "AID_LOCAL_MAIL_PORT": str(self.mail_port),
            "AID_LOCAL_S3_PORT": str(self.s3_port),
            "AID_LOCAL_PROMETHEUS_PORT": str(self.prometheus_port),
            "AID_LOCAL_EGRESS": self.egress,
        }
        inherited = {name: value for name, value in self.docker.environment().items() if not name.startswith("AID_")}
        return {**inherited, **ports}


@dataclass(frozen=True)
class Container:
    docker: Docker
    id: str
    service: str

    def state(self) -> dict[str, Any]:
        """As `docker inspect` tells it."""
        told: dict[str, Any] = json.loads(self.docker.says("inspect", self.id))[0]
        return told

    def said(self) -> list[dict[str, Any]]:
        lines = self.docker.says("logs", self.id).splitlines()
        return [{**json.loads(line), "container": self.id} for line in lines if line.startswith("{")]

    def python(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self.docker.inside(self.id, "python", *command)


def _env_file(profile: str) -> str:
    return f"deploy/compose/{profile}.env"


def fresh_clone(folder: Path) -> None:
    """What compose needs of the project, without anything a person may have added to it."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in NEEDED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("secrets"))
        else:
            shutil.copy(source, target)


def make_secrets(folder: Path) -> None:
    subprocess.run([folder / "deploy/compose/make-secrets.sh"], env=os.environ, check=True, capture_output=True)
