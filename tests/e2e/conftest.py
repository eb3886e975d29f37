"""The whole system on free ports, in a home of its own; its logs stay in pytest's temporary directory."""

import os
import shutil
from collections.abc import Iterator

import pytest

from deploy.local.plan import Plan, Ports
from deploy.local.processes import Processes
from deploy.local.setup import set_up
from deploy.local.stack import Stack, down
from deploy.local.timing import say

SHORT_LIVES = {"AID_LINK_MINUTES": "0.2", "AID_CLEANUP_MINUTES": "0.4"}
"""Time enough to follow a link, and little enough to wait for its end."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("stack")
    plan = Plan(home, Ports.free(), local_engines=True, chosen=SHORT_LIVES)
    stack = Stack(plan, set_up(os.environ), Processes(home), say)
    try:
        stack.up()
        yield stack
    finally:
        down(stack.processes)
        for part in ("kafka", "cassandra"):
            shutil.rmtree(home / part, ignore_errors=True)
