"""When a browser has served long enough."""

import os
import subprocess
import sys

import pytest

from services.scraper.memory import memory_of_tree
from services.scraper.recycling import MIB, Endurance

ENDURANCE = Endurance(searches=50, memory=1000 * MIB)


@pytest.mark.parametrize(
    ("searches", "memory", "over"),
    [(49, 1000 * MIB, False), (50, 0, True), (1, 1001 * MIB, True), (49, None, False), (50, None, True)],
)
def test_searches_or_memory_wear_a_browser_out(searches: int, memory: int | None, over: bool) -> None:
    assert ENDURANCE.over(searches, memory) is over


def test_the_memory_of_a_process_is_that_of_its_children_too() -> None:
    before = memory_of_tree(os.getpid())
    child = [sys.executable, "-c", f"held = bytearray(b'x') * {100 * MIB}; print(flush=True); input()"]
    with subprocess.Popen(child, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - itself
        assert process.stdout
        process.stdout.readline()
        grown = memory_of_tree(os.getpid()) - before
        process.kill()

    assert 90 * MIB < grown < 200 * MIB


def test_a_process_that_is_gone_holds_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()

    assert memory_of_tree(process.pid) == 0
