"""What a page loads on scrolling and on opening a tile, in the form that its skin has."""

import json
import re

import pytest
from aiohttp import ClientSession

from tests.pictureweb.hostile import is_private
from tests.pictureweb.results import results_between
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.wishes import Wish


async def loaded(site: PictureWeb, client: ClientSession, q: str) -> str:
    query = {"q": f"cats batch:4 {q}", "start": "4", "asearch": "isch"}
    async with client.get(f"{site.google_url}/search", params=query) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_tiles_with_their_data_in_attributes(site: PictureWeb, client: ClientSession) -> None:
    body = await loaded(site, client, "skin:2020")

    expected = results_between(Wish("cats"), 4, 8, site.port)
    assert re.findall(r'data-docid="([\w-]+)"', body) == [result.docid for result in expected]
    assert body.count("data-ou=") == body.count('class="islrtb isv-r"') == 4


async def test_json_that_names_authors(site: PictureWeb, client: ClientSession) -> None:
    prefix, _, body = (await loaded(site, client, "skin:2023")).partition("\n")

    items = json.loads(body)["ischj"]["metadata"]
    assert prefix == ")]}'"
    assert [item["original_image"]["url"] for item in items] == [
        result.url for result in results_between(Wish("cats"), 4, 8, site.port)
    ]
    assert all(item["result"]["iptc"]["creator"] for item in items)


@pytest.mark.parametrize("skin", ["2024-bare", "2026-08"])
async def test_tiles_that_keep_their_addresses_to_themselves(
    site: PictureWeb, client: ClientSession, skin: str
) -> None:
    body = await loaded(site, client, f"skin:{skin}")

    assert len(json.loads(body.partition("\n")[2])[1][1]) > 1_000
    assert not any(result.url in body for result in results_between(Wish("cats"), 4, 8, site.port))


async def test_hostile_records_lie_between_the_good(site: PictureWeb, client: ClientSession) -> None:
    body = await loaded(site, client, "batch:9 hostile:on")

    for part in ("javascript:", "file:", "data:image", "169.254.169.254", r"\\ud83d"):
        assert part in body
    assert sum(map(is_private, range(9))) == 3


@pytest.mark.parametrize(("knob", "resolves"), [("", True), ("stuck:5", False), ("stuck:4", True), ("stuck:1", False)])
async def test_a_panel_may_keep_its_picture_to_itself(
    site: PictureWeb, client: ClientSession, knob: str, resolves: bool
) -> None:
    async with client.get(f"{site.google_url}/panel", params={"q": f"cats swap:0 {knob}", "rank": "4"}) as answer:
        said = await answer.json()

    (result,) = results_between(Wish("cats"), 4, 5, site.port)
    assert said == {"url": result.url if resolves else None}
