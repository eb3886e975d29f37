"""The gateway's pages on a real port, with nothing connected behind them unless a test does so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import ClientSession

from services.gateway.app import build_web
from services.gateway.desk import Clock, Desk
from services.gateway.settings import Settings
from services.gateway.web.serving import serving_web
from tests.unlimited import WITHOUT_LIMITS

NOW = datetime(2021, 8, 30, 11, 30, tzinfo=UTC)

KEY = "a key for tests that is long enough"

ADDRESS_KEY = "under which addresses are known in tests"

ROW = {
    "search-query": "Best hd wallpaper",
    "date": "2021-09-20",
    "time": "11:41",
    "email": "wsq.wee@example.com",
    "images": "145",
}
"""What the original's test cases start from; they assume NOW."""

WRONG_ROWS = [
    ({"search-query": ""}, {"search-query": "Search query is required"}),
    ({"date": ""}, {"date": "Date is required"}),
    ({"date": "2020-09-20"}, {"date": "Date and time are in the past"}),
    ({"time": ""}, {"time": "Time is required"}),
    ({"date": "2021-08-30", "time": "11:28"}, {"time": "Date and time are in the past"}),
    ({"time": "1:45", "email": ""}, {"email": "Email is required"}),
    ({"time": "11:45", "email": "wsq.wee@"}, {"email": "Email is invalid"}),
    ({"images": ""}, {"images": "No of images is required"}),
    ({"images": "-1"}, {"images": "No of images should be greater than 0"}),
    ({"images": "0"}, {"images": "No of images should be greater than 0"}),
    ({"images": "501"}, {"images": "No of images can not be greater than 500"}),
]
"""Test cases 2 to 12 of the original: what differs from ROW, and what each wrong field is told."""


def a_desk(folder: Path, *, now: Clock = lambda: NOW, **changes: str) -> Desk:
    """`changes` are settings."""
    told = {
        "kafka_url": "127.0.0.1:1",
        "cassandra_hosts": "127.0.0.1:1",
        "public_url": "http://pictures.example",
        "secret_keys": KEY,
        "address_key": ADDRESS_KEY,
        "archives": folder.as_uri(),
        **{name.removeprefix("AID_").lower(): none for name, none in WITHOUT_LIMITS.items()},
        **changes,
    }
    return Desk.of(Settings.model_validate(told), now=now, seconds=lambda: now().timestamp())


@asynccontextmanager
async def visiting(desk: Desk, *, port: int = 0) -> AsyncIterator[ClientSession]:
    """Somebody who asks this gateway only. Port 0 is any."""
    async with (
        serving_web(build_web(desk), "127.0.0.1", port) as port,  # noqa: PLR1704 - the one it became
        ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        yield session
