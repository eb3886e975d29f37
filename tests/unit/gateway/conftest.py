"""A gateway whose servers are away, and somebody who visits it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from services.gateway.desk import Desk
from tests.unit.gateway.site import a_desk, visiting


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


@pytest.fixture
async def visitor(desk: Desk) -> AsyncIterator[ClientSession]:
    async with visiting(desk) as session:
        yield session
