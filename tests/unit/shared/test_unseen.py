import os
import subprocess
import sys

import pytest

from shared.unseen import unseen

ASK = [sys.executable, "-c", "import os; print(os.environ.get('FOREIGN_KEY'), os.environ.get('OWN_KEY'))"]


def told_to_others() -> str:
    return subprocess.run(ASK, capture_output=True, check=True, text=True).stdout.strip()  # noqa: S603 - ours


def ask_and_fail() -> None:
    with unseen(lambda name: name.startswith("FOREIGN_")):
        raise RuntimeError(told_to_others())


def test_what_is_foreign_is_out_of_sight_and_comes_back_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREIGN_KEY", "theirs")
    monkeypatch.setenv("OWN_KEY", "ours")
    before = dict(os.environ)

    with pytest.raises(RuntimeError, match="None ours"):
        ask_and_fail()

    assert dict(os.environ) == before
