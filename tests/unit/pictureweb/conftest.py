from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, DummyCookieJar

from tests.pictureweb.site import PictureWeb


@pytest.fixture(scope="session")
async def site() -> AsyncIterator[PictureWeb]:
    async with PictureWeb.running() as running:
        yield running


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield session
