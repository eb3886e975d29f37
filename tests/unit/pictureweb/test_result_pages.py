import json
import re
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import ClientSession
from yarl import URL

from tests.pictureweb.results import batch
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.skins import SKINS
from tests.pictureweb.wishes import Wish

END = "Looks like you've reached the end"
NONE = "did not match any image results"
TILES = {
    "2020": r'<div class="isv-r PNCib MSM1fd BUooTd" data-ri="\d+" data-id="([\w-]+)"',
    "2023": r'<div class="isv-r PNCib ViTmJb BUooTd" data-ri="\d+" data-id="([\w-]+)"',
    "2024": r'data-docid="([\w-]+)" data-ri="\d+"',
    "2024-bare": r'data-docid="([\w-]+)" data-ri="\d+"',
    "no-script": r'href="/imgres\?[^"]*docid=([\w-]+)',
    "2026-08": r'src="https://encrypted-tbn0.gstatic.com/images\?q=tbn:ANd9Gc(\w+)',
    "2026-09": r'id="e-([\w-]+)"',
}


async def page(site: PictureWeb, client: ClientSession, q: str, **query: str) -> str:
    async with client.get(f"{site.google_url}/search", params={"q": q, "udm": "2", **query}) as answer:
        assert answer.status == 200
        return await answer.text()


async def later(site: PictureWeb, client: ClientSession, q: str, start: int) -> dict[str, Any]:
    body = await page(site, client, q, vet="1abc..i", start=str(start))
    prefix, _, rest = body.partition("\n")
    assert prefix == ")]}'"
    return dict(json.loads(rest))


def records(page_text: str) -> list[tuple[int, list[Any]]]:
    found = re.search(r"var m=(\{.*\});window\.W_jd", page_text)
    assert found
    return list(json.loads(found[1]).values())


def docids(page_text: str) -> list[str]:
    return [fields[1] for _, fields in records(page_text)]


async def test_a_record_has_the_documented_fields_in_the_documented_places(
    site: PictureWeb, client: ClientSession
) -> None:
    text = await page(site, client, "red cats")

    first = batch(Wish("red cats"), 0, site.port)[1]
    kind, fields = records(text)[1]
    assert kind == 1
    assert fields[:2] == [0, first.docid]
    assert fields[2][0].startswith("https://encrypted-tbn0.gstatic.com/images?q=tbn:")
    assert fields[2][0].endswith("&s")
    assert fields[3] == [first.url, first.height, first.width]
    assert fields[4:6] == [None, 0]
    assert re.fullmatch(r"rgb\(\d+,\d+,\d+\)", fields[6])
    assert fields[9]["2000"] == [None, first.site, first.file_size]
    assert fields[9]["2003"][2:4] == [first.page_url, first.title]
    assert fields[9]["2003"][12] == first.site.partition(".")[0].title()


async def test_records_carry_no_spaces_and_the_three_escapes(site: PictureWeb, client: ClientSession) -> None:
    text = await page(site, client, "cats")

    assert re.search(r'\[1,\[0,"[\w-]{14}",\["https://encrypted', text)
    assert r"?w\u003d1003\u0026v\u003d3" in text
    assert rf"http:\/\/127.0.1.1:{site.port}\/" in text


async def test_some_pictures_are_named_twice(site: PictureWeb, client: ClientSession) -> None:
    named = docids(await page(site, client, "cats"))

    assert len(named) > len(set(named)) == 100


async def test_a_later_batch_is_encoded_twice(site: PictureWeb, client: ClientSession) -> None:
    body = await page(site, client, "cats", vet="1abc..i", start="100")

    assert re.search(r'\[1,\[0,\\"[\w-]{14}\\",\[\\"http', body)
    assert r"\\u003d" in body
    assert r"=1102&v" not in body


async def test_batches_of_a_hundred_follow_each_other_to_the_end(site: PictureWeb, client: ClientSession) -> None:
    batches = [await later(site, client, "cats results:250", start) for start in (100, 200)]

    counts = [len({fields[1] for _, fields in json.loads(part["W_jd"]).values()}) for part in batches]
    assert counts == [100, 50]
    assert [part["last"] for part in batches] == [False, True]


async def test_a_page_is_as_heavy_as_the_real_one(site: PictureWeb, client: ClientSession) -> None:
    text = await page(site, client, "cats")

    assert len(text) >= 1_000_000
    assert 200 <= text.count("data-ved") <= 310
    assert text.count('src="data:image/jpeg;base64,') >= 100


async def test_the_page_can_be_told_by_its_landmarks(site: PictureWeb, client: ClientSession) -> None:
    text = await page(site, client, "red cats")

    assert "<title>red cats - Google Search</title>" in text
    assert re.search(r'<textarea [^>]*id="APjFqb" name="q"', text)
    for landmark in (
        'id="search"',
        'id="rso"',
        "/httpservice/retry/enablejs",
        "/sorry/",
        "X-Sorry-Redirect",
        "pla-unit",
    ):
        assert landmark in text


@pytest.mark.parametrize("skin", SKINS)
async def test_every_skin_has_a_tile_for_each_result(site: PictureWeb, client: ClientSession, skin: str) -> None:
    text = await page(site, client, f"cats skin:{skin}")

    assert len(set(re.findall(TILES[skin], text))) == 100


@pytest.mark.parametrize("skin", SKINS)
async def test_a_skin_names_pictures_only_where_it_says(site: PictureWeb, client: ClientSession, skin: str) -> None:
    text = await page(site, client, f"cats skin:{skin}")

    addresses = {result.url for result in batch(Wish("cats"), 0, site.port)}
    written = text.replace("\\/", "/").replace("\\u003d", "=").replace("\\u0026", "&")
    named = sum(address in unquote(written) for address in addresses)
    assert named == (100 if SKINS[skin].inline or "imgres" in SKINS[skin].read_by else 0)


async def test_class_names_without_meaning_are_new_on_every_request(site: PictureWeb, client: ClientSession) -> None:
    first, second = [
        set(re.findall(r'<g-img class="(\w+)', await page(site, client, "cats results:30"))) for _ in range(2)
    ]

    assert first.isdisjoint(second)


async def test_fewer_results_than_a_page_end_at_once(site: PictureWeb, client: ClientSession) -> None:
    text = await page(site, client, "cats results:37")

    assert len(re.findall(TILES["2026-09"], text)) == 37
    assert f">{END}</div>" in text
    assert f">{END}</div>" not in await page(site, client, "cats")


async def test_no_results_say_so_and_an_empty_page_does_not(site: PictureWeb, client: ClientSession) -> None:
    none, empty = [await page(site, client, f"cats {knob}") for knob in ("results:0", "empty:true")]

    assert NONE in none
    assert NONE not in empty
    for text in (none, empty):
        assert '"2003":[' not in text
        assert "DeNS1c" not in text


async def test_a_slow_search_takes_its_time(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(f"{site.google_url}/search", params={"q": "cats slow:300"}) as answer:
        pass

    assert answer.status == 200
    assert site.visited("/search", "127.0.0.1") > 0


@pytest.mark.parametrize("knob", ["results:many", "skin:1999", "gate:none", "kinds:odd"])
async def test_a_knob_that_does_not_exist_is_said(site: PictureWeb, client: ClientSession, knob: str) -> None:
    async with client.get(f"{site.google_url}/search", params={"q": f"cats {knob}"}) as answer:
        assert answer.status == 400


def test_another_query_finds_other_pictures() -> None:
    found = [{(result.docid, result.url) for result in batch(Wish(words), 0, 1)} for words in ("cats", "dogs")]

    assert found[0].isdisjoint(found[1])


def test_results_lie_on_at_least_fifty_hosts() -> None:
    hosts = {URL(result.url).host for result in batch(Wish("cats"), 0, 1)}

    assert len(hosts) >= 50


@pytest.mark.parametrize("percent", [0, 5, 10, 100])
def test_as_many_pictures_are_bad_as_asked_and_evenly_spread(percent: int) -> None:
    wish = Wish("cats", bad=percent, kinds=("missing", "short"))

    bad = [result.rank for start in range(0, 700, 100) for result in batch(wish, start, 1) if result.kind in wish.kinds]
    assert len(bad) == 7 * percent
    assert all(later - earlier <= 100 // percent for earlier, later in pairwise(bad))
