from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import pytest
from aiohttp.test_utils import make_mocked_request

from services.gateway.handing import Archive
from services.gateway.redirects import life_of, redirect


class Links:
    async def link(self, job_id: UUID, run: int, method: Literal["GET", "HEAD"], life: timedelta) -> str:
        return f"https://files.example/{job_id}-{run}?method={method}&life={life.total_seconds():.0f}&sign=a%2Fb"


@pytest.mark.parametrize(
    ("left", "life"),
    [
        (timedelta(minutes=20), timedelta(minutes=20)),
        (timedelta(milliseconds=3), timedelta(seconds=1)),
        (timedelta(days=30), timedelta(days=7)),
        (None, timedelta(minutes=5)),
    ],
    ids=["as long as the link", "a moment at least", "as long as S3 signs", "before its mail is out"],
)
def test_an_address_lives_no_longer_than_the_link(left: timedelta | None, life: timedelta) -> None:
    assert life_of(left) == life


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_asks_is_sent_to_the_bucket_with_the_same_method(method: str) -> None:
    archive = Archive(uuid4(), 2, "cats", left=timedelta(seconds=90))

    answer = await redirect(make_mocked_request(method, "/download/x"), archive, archives=Links())

    assert answer.status == 307
    there = f"https://files.example/{archive.job_id}-2?method={method}&life=90&sign=a%2Fb"
    assert answer.headers["Location"] == there
