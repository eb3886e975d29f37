from pathlib import Path

import pytest

from deploy.local.chromium import Chromium, find_chromium
from deploy.local.failures import LocalFailure
from deploy.local.machine import java_major, require_java, require_maven


@pytest.fixture
def bare_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any program."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def script(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


@pytest.mark.usefixtures("bare_path")
def test_a_missing_java_or_maven_is_named_with_its_package() -> None:
    with pytest.raises(LocalFailure, match=r"Java 17 is missing: .*openjdk-17-jre-headless"):
        require_java()
    with pytest.raises(LocalFailure, match=r"Maven is missing: .*apt-get install maven"):
        require_maven()


def test_another_java_is_named_with_what_it_says(bare_path: Path) -> None:
    script(bare_path, "java", """echo 'openjdk version "21.0.2" 2024-01-16' >&2""")

    with pytest.raises(LocalFailure, match=r'Java 17 is needed.*openjdk version "21.0.2"'):
        require_java()


def test_the_java_that_is_needed_is_taken(bare_path: Path) -> None:
    script(bare_path, "java", """echo 'openjdk version "17.0.15" 2025-04-15' >&2""")

    require_java()


def test_chromium_counts_only_together_with_its_driver(bare_path: Path) -> None:
    script(bare_path, "chromium", "")
    assert find_chromium({}) is None
    assert find_chromium({"AID_CHROMEDRIVER": "/opt/driver"}) == Chromium(f"{bare_path}/chromium", "/opt/driver")

    script(bare_path, "chromedriver", "")
    assert find_chromium({}) == Chromium(f"{bare_path}/chromium", f"{bare_path}/chromedriver")


@pytest.mark.parametrize(
    ("told", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17),
        ('java version "1.8.0_392"', 1),
        ('openjdk version "21" 2023-09-19', 21),
        ("The operation couldn't be completed", None),
    ],
)
def test_the_version_is_read_from_what_java_says(told: str, major: int | None) -> None:
    assert java_major(told) == major
