import asyncio

import pytest
from aiohttp import ClientSession

from tests.pictureweb.addresses import SEARCH_HOST
from tests.pictureweb.front import front
from tests.pictureweb.results import batch
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.wishes import Wish

ELSEWHERE = "127.0.2.1"


async def test_pages_name_hosts_that_other_machines_can_look_up(site: PictureWeb, client: ClientSession) -> None:
    result = batch(Wish("cats"), 0, site.port)[1]
    host, _, rest = result.url.removeprefix("http://127.0.1.").partition(":")
    async with front(ELSEWHERE, site.port), client.get(f"http://{ELSEWHERE}:{site.port}/search?q=cats") as page:
        text = await page.text()
    assert f"http://picture-{host}:{rest}" in text
    assert "127.0.1." not in text


async def test_a_name_leads_to_the_host_it_stands_for(site: PictureWeb, client: ClientSession) -> None:
    site.visits.clear()
    url = f"http://{ELSEWHERE}:{site.port}/good/42.jpg"
    async with front(ELSEWHERE, site.port), client.get(url, headers={"Host": f"picture-17:{site.port}"}) as picture:
        assert (await picture.read())[:2] == b"\xff\xd8"
    assert site.visited("/good/42.jpg", "127.0.1.17") == 1


@pytest.mark.parametrize("cut", [3, 7, 8])
async def test_an_address_that_comes_in_two_pieces_is_named_all_the_same(cut: int) -> None:
    async def in_pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        text = b"at 127.0.1.60"
        writer.write(text[: 3 + cut])
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(text[3 + cut :])
        writer.close()

    server = await asyncio.start_server(in_pieces, SEARCH_HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with server, front(ELSEWHERE, port):
        reader, writer = await asyncio.open_connection(ELSEWHERE, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: any\r\n\r\n")
        assert await reader.read() == b"at picture-60"
        writer.close()
