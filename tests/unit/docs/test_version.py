import tomllib
from pathlib import Path

from shared.version import VERSION

ROOT = Path(__file__).parents[3]


def test_the_release_that_metrics_tell_is_the_projects() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
