import os
from pathlib import Path

import pytest

from tests.deploy.compose.engine import EngineRefusedError, engine

REFUSAL = "failed to start daemon: Devices cgroup isn't mounted"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an engine would live, on a machine whose own does not answer and whose kernel lets none start."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in {"docker": "exit 1", "dockerd": f'echo "{REFUSAL}" >&2; exit 1'}.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    return tmp_path / "home"


def test_where_no_engine_can_run_its_own_last_words_say_why(home: Path) -> None:
    said = REFUSAL if os.geteuid() == 0 else "only root may start one"
    with pytest.raises(EngineRefusedError, match=said), engine(home):
        pass


def test_an_engine_that_refused_leaves_nothing_that_runs(home: Path) -> None:
    with pytest.raises(EngineRefusedError), engine(home):
        pass
    assert not list(home.glob("record/*"))
    assert not list(home.glob("docker.*"))
