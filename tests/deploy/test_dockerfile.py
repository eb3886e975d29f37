import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deploy.local.programs import ROOT

HADOLINT = Path(sys.executable).parent / "hadolint"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PINS = re.compile(r"^([a-z0-9.-]+)==([^\s;]+)", re.MULTILINE)


@pytest.mark.parametrize("file", ["Dockerfile", "tests/deploy/compose/standins/Dockerfile"])
def test_hadolint_finds_nothing(file: str) -> None:
    command = [str(HADOLINT), f"--config={ROOT / '.hadolint.yaml'}", "--format=json", str(ROOT / file)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(found.stdout) == []


def test_images_bear_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert re.findall(r"^ARG VERSION=(.+)$", DOCKERFILE, re.MULTILINE) == [project["version"]]


def test_the_light_image_has_nothing_that_is_not_in_the_lock_at_the_same_version() -> None:
    light, whole = (
        set(PINS.findall((ROOT / name).read_text())) for name in ("requirements-app.txt", "requirements.txt")
    )
    assert light < whole
    assert {name for name, _ in whole - light} >= {"selenium", "trio"}


def test_a_build_needs_no_registry_but_for_its_base() -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE))
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) <= stages | {"${PYTHON_IMAGE}"}
    assert set(re.findall(r"--from=(\S+)", DOCKERFILE)) <= stages
    assert "syntax=" not in DOCKERFILE


def test_a_builder_is_given_only_what_is_named() -> None:
    first, *rest = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert first == "*"
    assert all((ROOT / line[1:]).exists() for line in rest if line[0] == "!")
