"""Each kind of picture has the property its name promises."""

import asyncio
import hashlib
import io

import pytest
from aiohttp import ClientError, ClientPayloadError, ClientResponse, ClientSession, ClientTimeout
from PIL import Image, UnidentifiedImageError

from tests.pictureweb.answers import ANSWERS
from tests.pictureweb.kinds import KINDS
from tests.pictureweb.pictures import LARGEST, SMALLEST, Album, jpeg_size
from tests.pictureweb.results import batch
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.wishes import Wish

WHOLE = ("good", "png", "gif", "webp", "redirect", "mislabelled", "untyped", "twin")
NUMBER = 123_456_789


def url(site: PictureWeb, kind: str, number: int = NUMBER) -> str:
    return f"http://{site.addresses[6]}/{kind}/{number}.{KINDS[kind].extension}"


async def got(client: ClientSession, address: str) -> tuple[ClientResponse, bytes]:
    async with client.get(address) as answer:
        return answer, await answer.read()


def load(body: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(body))
    picture.load()
    return picture


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


async def test_a_short_picture_arrives_complete_and_does_not_load(site: PictureWeb, client: ClientSession) -> None:
    answer, body = await got(client, url(site, "short"))

    assert answer.content_length == len(body)
    with pytest.raises(OSError, match="truncated"):
        load(body)


async def test_an_overrunning_picture_is_longer_than_announced(site: PictureWeb) -> None:
    """Read without aiohttp's client, which takes the rest for a malformed next answer when it comes in one piece."""
    reader, writer = await asyncio.open_connection("127.0.1.7", site.port)
    writer.write(f"GET /overrun/{NUMBER}.jpg HTTP/1.1\r\nHost: {site.addresses[6]}\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()

    announced = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    assert load(body).format == "JPEG"
    assert len(body) > announced
    with pytest.raises(OSError, match="truncated"):
        load(body[:announced])


@pytest.mark.parametrize(("kind", "error"), [("truncated", ClientPayloadError), ("reset", ClientError)])
async def test_a_body_can_break_off(
    site: PictureWeb, client: ClientSession, kind: str, error: type[ClientError]
) -> None:
    async with client.get(url(site, kind)) as answer:
        assert answer.status == 200
        with pytest.raises(error):
            await answer.read()


@pytest.mark.parametrize("kind", ["drip", "endless"])
async def test_a_body_can_take_for_ever(site: PictureWeb, client: ClientSession, kind: str) -> None:
    async with client.get(url(site, kind), timeout=ClientTimeout(total=0.4)) as answer:
        assert answer.status == 200
        with pytest.raises(TimeoutError):
            await answer.read()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("missing", 404),
        ("html", 200),
        ("disguised", 200),
        ("svg", 200),
        ("error", 500),
        ("busy", 429),
        ("hotlink", 403),
    ],
)
async def test_what_is_no_picture_does_not_open(
    site: PictureWeb, client: ClientSession, kind: str, status: int
) -> None:
    answer, body = await got(client, url(site, kind))

    assert answer.status == status
    with pytest.raises(UnidentifiedImageError):
        load(body)


@pytest.mark.parametrize("kind", ["error-once", "busy-once"])
async def test_another_try_can_help(site: PictureWeb, client: ClientSession, kind: str) -> None:
    (first, _), (second, body) = [await got(client, url(site, kind)) for _ in range(2)]

    assert first.status in (429, 500)
    assert second.status == 200
    assert load(body).format == "JPEG"
    assert site.visited(f"/{kind}/", "127.0.1.7") == 2


async def test_a_busy_host_says_when_to_come_back(site: PictureWeb, client: ClientSession) -> None:
    answer, _ = await got(client, url(site, "busy"))

    assert answer.headers["Retry-After"] == "1"


async def test_a_guarded_picture_is_shown_to_a_referer(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(url(site, "hotlink"), headers={"Referer": "https://www.site-1.example/"}) as answer:
        assert load(await answer.read()).format == "JPEG"


@pytest.mark.parametrize(
    ("kind", "location"),
    [
        ("to-loopback", "http://127.0.0.1:"),
        ("to-metadata", "http://169.254.169.254/"),
        ("to-private", "http://10.0.0.1/"),
        ("to-file", "file:///"),
        ("loop", "/loop/"),
        ("chain", "/chain/"),
    ],
)
async def test_a_redirect_can_lead_astray(site: PictureWeb, client: ClientSession, kind: str, location: str) -> None:
    async with client.get(url(site, kind), allow_redirects=False) as answer:
        assert answer.status == 302
        assert answer.headers["Location"].startswith(location)


async def test_a_client_without_a_guard_is_seen_inside(site: PictureWeb, client: ClientSession) -> None:
    _, body = await got(client, url(site, "to-loopback"))

    assert load(body).format == "JPEG"
    assert site.visited("/inside/", "127.0.0.1") == 1


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


async def test_a_bomb_is_small_and_refused_by_pillow(site: PictureWeb, client: ClientSession) -> None:
    _, body = await got(client, url(site, "bomb"))

    assert len(body) < 100_000
    with pytest.raises(Image.DecompressionBombError):
        load(body)


async def test_a_pixel_is_a_picture_of_one_pixel(site: PictureWeb, client: ClientSession) -> None:
    _, body = await got(client, url(site, "pixel"))

    assert load(body).size == (1, 1)


async def test_a_huge_picture_is_valid_and_nothing_but_large(site: PictureWeb, client: ClientSession) -> None:
    _, body = await got(client, url(site, "huge"))

    assert len(body) > 30_000_000
    assert load(body).format == "JPEG"


async def test_an_unknown_kind_is_not_found(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(f"http://{site.addresses[0]}/unheard-of/1.jpg") as answer:
        assert answer.status == 404
