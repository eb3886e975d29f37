"""Base images where no registry can be asked: Debian's own, made with debootstrap, under the tags Dockerfiles name.

How this machine reaches the world (its mirror, proxies and authorities) is in them, so that no Dockerfile has to know.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deploy.local.artefacts import LOCAL, made_once
from deploy.local.debian import program
from deploy.local.programs import Program, run_to_end
from tests.deploy.compose.docker import Docker, run

AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
RECIPE = sha256(Path(__file__).read_bytes()).hexdigest()

SLIM = """\
Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };
Acquire::Languages "none";
"""
"""As the official images have it: nothing that was fetched is kept."""


@dataclass(frozen=True)
class Base:
    tag: str
    release: str
    packages: tuple[str, ...]


BASES = (
    Base("python:3.13-slim-trixie", "trixie", ("ca-certificates", "python3", "python3-pip", "python3-venv")),
    Base("debian:bookworm-slim", "bookworm", ("ca-certificates",)),
)


def have_bases(docker: Docker) -> None:
    for base in BASES:
        if not _is_there(docker, base):
            _import(docker, base)


def _is_there(docker: Docker, base: Base) -> bool:
    """One imported again would have every image on it built anew."""
    return bool(docker.says("images", "--quiet", f"--filter=label=aid.recipe={RECIPE}", base.tag))


def _import(docker: Docker, base: Base) -> None:
    folder = made_once(
        LOCAL / "compose" / "bases" / base.release, recipe=Path(__file__), make=lambda at: _make(base, at)
    )
    changes = [f"--change=LABEL aid.recipe={RECIPE}", *(f"--change=ENV {each}" for each in _environment())]
    with (folder / "root.tar").open("rb") as tar:
        docker.says("import", *changes, "-", base.tag, stdin=tar)


def _make(base: Base, folder: Path) -> None:
    root = folder / "root"
    packages = f"--include={','.join(base.packages)}"
    debootstrap = program("debootstrap", package="debootstrap")
    command = (debootstrap, "--variant=minbase", packages, base.release, str(root), *_mirror())
    run_to_end(Program(f"debootstrap {base.release}", command), log=LOCAL / "log" / f"fetch-{base.release}.log")
    _settle(root)
    subprocess.run(["tar", "-C", root, "-cf", folder / "root.tar", "."], check=True)
    shutil.rmtree(root)


def _settle(root: Path) -> None:
    for waste in ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists"):
        shutil.rmtree(root / waste, ignore_errors=True)
    (root / "var/lib/apt/lists").mkdir()
    (root / "var/cache/apt/archives").mkdir(parents=True)
    for mark in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        mark.unlink()
    (root / "usr/bin/python").symlink_to("python3")
    (root / "etc/apt/apt.conf.d/90image").write_text(_told("apt-config", "dump", "Acquire") + SLIM)
    if AUTHORITIES.is_file():
        shutil.copyfile(AUTHORITIES, root / AUTHORITIES.relative_to("/"))


def _mirror() -> list[str]:
    """Where this machine has Debian's packages from, if it is a Debian."""
    sites = _told("apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI) $(COMPONENT)", "Created-By: Packages")
    return [
        uri for origin, uri, component in map(str.split, _threes(sites)) if (origin, component) == ("Debian", "main")
    ][:1]


def _threes(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line.split()) == len(("origin", "uri", "component"))]


def _environment() -> list[str]:
    """For pip and uv; the second reads nothing of the first's."""
    index = os.environ.get("PIP_INDEX_URL") or _told("pip", "config", "get", "global.index-url").strip()
    indexes = [f"PIP_INDEX_URL={index}", f"UV_DEFAULT_INDEX={index}"] if index else []
    return [f"SSL_CERT_FILE={AUTHORITIES}", f"PIP_CERT={AUTHORITIES}", *indexes]


def _told(*command: str) -> str:
    return run(*command, environment=os.environ).stdout
