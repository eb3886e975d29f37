"""Builds the project's images, and stand-ins for those of others from the artefacts of the local stack."""

import os
import re
import shutil
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.local.artefacts import HERE as LOCAL_STACK
from deploy.local.artefacts import LOCAL, cassandra_jars, kafka_jars
from deploy.local.programs import ROOT
from deploy.local.timing import say, timed
from tests.deploy.compose.bases import BASES, have_bases
from tests.deploy.compose.docker import Docker
from tests.deploy.compose.engine import Engine

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

NAME = "advance-image-downloader"
OURS = {
    "app": f"{NAME}:{VERSION}",
    "scraper": f"{NAME}-scraper:{VERSION}",
    "pictureweb": f"{NAME}-pictureweb:{VERSION}",
}
STAND_INS = {
    target: f"{NAME}-stand-in-{target}:test" for target in ("kafka", "cassandra", "mailpit", "seaweedfs", "prometheus")
}

_STAND_INS = Path(__file__).parent / "standins"
_OF_LOCAL_STACK = (
    "cassandra.args",
    "cassandra.yaml",
    "cassandra-logback.xml",
    "kafka-log4j2.properties",
    "maildump.txt",
)


def have_images(engine: Engine) -> None:
    docker = engine.docker
    with timed("base images"):
        if engine.ours:
            have_bases(docker)
        else:  # somebody's own, who would not thank us for images that only look like Python's
            for base in BASES:
                docker.says("pull", "--quiet", base.tag)
    for target, tag in OURS.items():
        _have(docker, ROOT, target, tag)
    with _context() as context:
        for target, tag in STAND_INS.items():
            _have(docker, context, target, tag)
        if engine.ours:
            for folder in (ROOT, context):
                _name_stages(docker, folder)


def drop_what_has_no_name(engine: Engine) -> None:
    """Images that newer ones have replaced; in an engine of our own, for in another's they may be somebody's."""
    if engine.ours:
        print(engine.docker.says("image", "prune", "--force").splitlines()[-1], flush=True)


def _have(docker: Docker, context: Path, target: str, tag: str) -> None:
    before, started = docker.says("images", "--quiet", tag), time.monotonic()
    docker.build(context, target=target, tag=tag)
    done = "as it was" if docker.says("images", "--quiet", tag) == before else "built"
    say(f"image {target:<12}{done:<10}", time.monotonic() - started)


def _name_stages(docker: Docker, context: Path) -> None:
    """Those that others copy from have no image built on them, and would be built anew once they are dropped."""
    for stage in sorted(set(re.findall(r"--from=(\S+)", (context / "Dockerfile").read_text()))):
        docker.build(context, target=stage, tag=f"{NAME}-stage-{stage}:test")


@contextmanager
def _context() -> Iterator[Path]:
    """What the stand-ins are made of, in one folder; jars are linked, not copied."""
    (LOCAL / "compose").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=LOCAL / "compose", prefix="context-") as folder:
        context = Path(folder)
        shutil.copytree(_STAND_INS, context, dirs_exist_ok=True)
        for jars in (kafka_jars(), cassandra_jars()):
            shutil.copytree(jars, context / f"{jars.name}-jars", copy_function=os.link)
        for name in _OF_LOCAL_STACK:
            shutil.copy(LOCAL_STACK / name, context)
        yield context


def size(docker: Docker, image: str) -> int:
    return int(docker.says("image", "inspect", "--format", "{{.Size}}", image))


def above_base(docker: Docker, image: str) -> int:
    """Bytes of the layers that are not Python's."""
    return size(docker, image) - size(docker, BASES[0].tag)
