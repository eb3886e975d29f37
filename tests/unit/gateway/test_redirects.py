from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import pytest
from aiohttp.test_utils import make_mocked_request

from services.gateway.archives.handing import Archive
from services.gateway.archives.redirects import life_of, redirect

LINK_LIFE = timedelta(minutes=20)


class Links:
    async def link(self, job_id: UUID, run: int, method: Literal["GET", "HEAD"], life: timedelta) -> str:
        return f"https://files.example/{job_id}-{run}?method={method}&life={life.total_seconds():.0f}&sign=a%2Fb"


@pytest.mark.parametrize(
    ("left", "life"),
    [
        (timedelta(seconds=7), timedelta(seconds=7)),
        (timedelta(minutes=20), timedelta(minutes=20)),
        (timedelta(milliseconds=3), timedelta(seconds=1)),
        (timedelta(days=30), timedelta(days=7)),
    ],
    ids=["seconds", "minutes", "a second at least", "as long as S3 signs"],
)
def test_an_address_lives_as_long_as_its_link(left: timedelta, life: timedelta) -> None:
    assert life_of(left, LINK_LIFE) == life


@pytest.mark.parametrize(
    ("link_life", "life"),
    [
        (timedelta(minutes=20), timedelta(minutes=1)),
        (timedelta(minutes=0.2), timedelta(minutes=0.2)),
        (timedelta(milliseconds=3), timedelta(seconds=1)),
    ],
    ids=["a minute", "no longer than a short link", "a second at least"],
)
def test_before_the_mail_is_out_an_address_lives_for_a_moment(link_life: timedelta, life: timedelta) -> None:
    assert life_of(None, link_life) == life


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_asks_is_sent_to_the_bucket_with_the_same_method(method: str) -> None:
    archive = Archive(uuid4(), 2, "cats", left=timedelta(seconds=90))

    answer = await redirect(make_mocked_request(method, "/download/x"), archive, archives=Links(), link_life=LINK_LIFE)

    assert answer.status == 307
    there = f"https://files.example/{archive.job_id}-2?method={method}&life=90&sign=a%2Fb"
    assert answer.headers["Location"] == there
