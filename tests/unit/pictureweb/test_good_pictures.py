"""Pictures that a careful downloader keeps, some of them after another try."""

import asyncio
import hashlib

import pytest
from aiohttp import ClientSession
from PIL import ImageChops, ImageStat

from tests.pictureweb.answers import ANSWERS
from tests.pictureweb.kinds import KINDS
from tests.pictureweb.pictures import LARGEST, SMALLEST, Album, jpeg_size
from tests.pictureweb.results import batch
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.wishes import Wish
from tests.unit.pictureweb.fetching import got, load, url

WHOLE = ("good", "png", "gif", "webp", "avif", "redirect", "mislabelled", "untyped", "twin", "noai", "disallowed")


def digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def test_every_kind_has_an_answer() -> None:
    assert set(KINDS) == set(ANSWERS)


def test_good_pictures_are_distinct_and_as_large_as_photographs() -> None:
    album = Album.drawn()
    numbers = [result.number for start in range(0, 500, 100) for result in batch(Wish("cats"), start, 1)]

    bodies = [album.jpeg(number) for number in set(numbers)]
    sizes = [len(body) for body in bodies]
    assert len({digest(body) for body in bodies}) == len(bodies)
    assert sizes == [jpeg_size(number) for number in set(numbers)]
    assert SMALLEST <= min(sizes) <= max(sizes) <= LARGEST
    assert 180_000 <= sum(sizes) / len(sizes) <= 200_000


def test_good_pictures_are_whole_from_the_first_byte_to_the_last() -> None:
    album = Album.drawn()

    for number in range(24):
        body = album.jpeg(number)
        assert (body[:2], body[-2:]) == (b"\xff\xd8", b"\xff\xd9")
        assert load(body).format == "JPEG"


@pytest.mark.parametrize("kind", WHOLE)
async def test_whole_pictures_load_with_the_size_the_search_said(
    site: PictureWeb, client: ClientSession, kind: str
) -> None:
    wish = Wish("cats", bad=100, kinds=(kind,))
    results = batch(wish, 0, site.port)[:2]

    bodies = [(await got(client, result.url))[1] for result in results]
    assert [load(body).size for body in bodies] == [(result.width, result.height) for result in results]
    assert bodies[0] != bodies[1]


async def test_labels_may_be_wrong_or_absent(site: PictureWeb, client: ClientSession) -> None:
    labels = {kind: (await got(client, url(site, kind)))[0].headers.get("Content-Type") for kind in WHOLE}

    assert labels["good"] == "image/jpeg"
    assert labels["mislabelled"].startswith("text/plain")  # type: ignore[union-attr]
    assert labels["untyped"] is None


async def test_a_twin_has_the_bytes_of_the_picture_before_it(site: PictureWeb, client: ClientSession) -> None:
    results = batch(Wish("cats", kinds=("twin",)), 0, site.port)
    rank = next(result.rank for result in results if result.kind == "twin")

    first, twin = [(await got(client, results[at].url))[1] for at in (rank - 1, rank)]
    assert results[rank - 1].url != results[rank].url
    assert first == twin


async def test_a_reencoded_picture_looks_like_the_one_before_it_in_other_bytes(
    site: PictureWeb, client: ClientSession
) -> None:
    results = batch(Wish("cats", kinds=("reencoded",)), 0, site.port)
    rank = next(result.rank for result in results if result.kind == "reencoded")

    first, again = [(await got(client, results[at].url))[1] for at in (rank - 1, rank)]
    assert first != again
    difference = ImageStat.Stat(ImageChops.difference(load(first), load(again)))
    assert max(difference.mean) < 10


async def test_a_host_can_speak_against_being_read(site: PictureWeb, client: ClientSession) -> None:
    answer, _ = await got(client, url(site, "noai"))
    robots, _ = await got(client, f"http://{site.addresses[6]}/robots.txt")

    assert "noai" in answer.headers["X-Robots-Tag"]
    assert (await robots.text()).splitlines() == ["User-agent: *", "Disallow: /disallowed/"]


def test_what_is_only_there_when_named_changes_no_other_search() -> None:
    kinds = {result.kind for start in range(0, 700, 100) for result in batch(Wish("cats"), start, 1)}

    assert kinds.isdisjoint({"avif", "reencoded", "noai", "disallowed"})


@pytest.mark.parametrize("kind", ["error-once", "busy-once"])
async def test_another_try_can_help(site: PictureWeb, client: ClientSession, kind: str) -> None:
    (first, _), (second, body) = [await got(client, url(site, kind)) for _ in range(2)]

    assert first.status in (429, 500)
    assert second.status == 200
    assert load(body).format == "JPEG"
    assert site.visited(f"/{kind}/", "127.0.1.7") == 2


async def test_a_guarded_picture_is_shown_to_a_referer(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(url(site, "hotlink"), headers={"Referer": "https://www.site-1.example/"}) as answer:
        assert load(await answer.read()).format == "JPEG"


async def test_a_long_chain_of_redirects_ends_at_a_picture(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(url(site, "chain"), max_redirects=20) as answer:
        body = await answer.read()

    assert len(answer.history) == 10
    assert load(body).format == "JPEG"


async def test_a_slow_picture_comes_whole_after_its_time(site: PictureWeb, client: ClientSession) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    _, body = await got(client, url(site, "slow") + "?ms=150")

    assert loop.time() - started >= 0.15
    assert load(body).format == "JPEG"


async def test_latency_delays_any_host(site: PictureWeb, client: ClientSession) -> None:
    result = batch(Wish("cats", latency=True), 1, site.port)[0]
    loop = asyncio.get_running_loop()
    started = loop.time()
    await got(client, result.url)

    assert 0.05 <= loop.time() - started < 2
