"""One system for all of these tests; `python -m tests.deploy.compose` has an engine and the images ready."""

import os
from collections.abc import Iterator

import pytest

from deploy.local.artefacts import LOCAL
from deploy.local.ports import free_ports
from deploy.local.timing import timed
from tests.deploy.compose.docker import Docker
from tests.deploy.compose.system import System, fresh_clone, make_secrets

PROJECT = "aid-test-compose"


@pytest.fixture(scope="session")
def docker() -> Docker:
    return Docker(os.environ.get("DOCKER_HOST", ""))


@pytest.fixture(scope="session")
def system(docker: Docker) -> Iterator[System]:
    folder = LOCAL / "compose" / PROJECT
    fresh_clone(folder)
    make_secrets(folder)
    system = System(docker, folder, *free_ports(4))
    system.down()  # whatever a killed one left
    try:
        with timed("up"):
            system.up()
        yield system
    finally:
        with timed("down"):
            system.down()
