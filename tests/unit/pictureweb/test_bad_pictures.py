"""Each kind of bad picture has the property its name promises."""

import asyncio

import pytest
from aiohttp import ClientError, ClientPayloadError, ClientSession, ClientTimeout
from PIL import Image, UnidentifiedImageError

from tests.pictureweb.site import PictureWeb
from tests.unit.pictureweb.fetching import NUMBER, got, load, url


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


async def test_a_busy_host_says_when_to_come_back(site: PictureWeb, client: ClientSession) -> None:
    answer, _ = await got(client, url(site, "busy"))

    assert answer.headers["Retry-After"] == "1"


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
