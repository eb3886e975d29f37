import asyncio
import sys

import pytest
from aiohttp import ClientSession

from tests.pictureweb.addresses import picture_addresses
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.wishes import Wish


async def test_the_command_serves_until_it_is_stopped(client: ClientSession) -> None:
    command = (sys.executable, "-m", "tests.pictureweb", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    url = (await process.stdout.readline()).decode().split()[-1]

    async with client.get(url.partition("/search")[0] + "/healthz") as healthy, client.get(url) as page:
        assert (healthy.status, page.status) == (200, 200)
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 5) == 0


async def test_a_taken_port_is_an_error_and_leaves_nothing_bound(site: PictureWeb) -> None:
    with pytest.raises(OSError, match="in use"):
        async with PictureWeb.running(site.port):
            pass


async def test_addresses_name_every_host_with_the_port(site: PictureWeb) -> None:
    assert site.addresses == picture_addresses(site.port)
    assert site.addresses[6] == f"127.0.1.7:{site.port}"
    assert len(site.addresses) >= 50


async def test_a_site_of_its_own_can_answer_otherwise_and_counts_for_itself(client: ClientSession) -> None:
    async with PictureWeb.running(default=Wish(results=0)) as own:
        async with client.get(f"{own.google_url}/search?q=cats") as page:
            assert "did not match any image results" in await page.text()

        assert own.visited("/search") == 1
        assert own.visited("/good") == 0


async def test_the_home_page_has_the_box_and_names_the_knobs(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(site.google_url) as page:
        text = await page.text()

    assert 'id="APjFqb"' in text
    for name in ("2026-09", "consent-dialog", "to-metadata"):
        assert name in text
