"""`python -m tests.deploy.compose`: docker-compose.yml on a real Docker Engine, from the build to the ZIP."""

import os
import sys
import time
from pathlib import Path

import pytest

from deploy.local.artefacts import LOCAL
from deploy.local.failures import told_to_the_person
from deploy.local.homes import alone_in
from tests.deploy.compose.engine import Engine, EngineRefusedError, engine
from tests.deploy.compose.images import OURS, above_base, drop_what_has_no_name, have_images, size
from tests.deploy.compose.steps import Steps

HOME = (LOCAL / "compose").resolve()  # the engine takes no path that leads over a link


def main() -> None:
    started = time.monotonic()
    try:
        with alone_in(HOME), engine(HOME) as found:
            code = _test(found)
            drop_what_has_no_name(found)
    except EngineRefusedError as refused:
        print(f"skipped: no Docker Engine can run here: {refused}")
        return
    print(f"all of it took {time.monotonic() - started:.0f} s")
    sys.exit(code)


def _test(found: Engine) -> int:
    have_images(found)
    for name, image in OURS.items():
        total, ours = size(found.docker, image) / 1e6, above_base(found.docker, image) / 1e6
        print(f"{name:<18}{total:6.0f} MB, {ours:.0f} of them above Python's", flush=True)
    if found.docker.host:
        os.environ["DOCKER_HOST"] = found.docker.host
    arguments = [str(Path(__file__).parent), "-s", "-p", "no:cacheprovider", *sys.argv[1:]]
    return pytest.main(arguments, plugins=[Steps()])


if __name__ == "__main__":
    sys.exit(told_to_the_person(main))
