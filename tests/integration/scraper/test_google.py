"""Google Images in a real Chromium: every page the local picture web can show, and pages made to hurt."""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Protocol

import pytest
from aiohttp import web

from services.scraper.browsers import Browsers
from services.scraper.engines import Ending, Query
from services.scraper.engines.google import Google
from services.scraper.engines.google_page import Pace
from shared.images import Hit
from tests.integration.scraper.asking import found_by
from tests.pictureweb.gates import RETRY_AFTER
from tests.pictureweb.hostile import is_private
from tests.pictureweb.results import results_between
from tests.pictureweb.site import PictureWeb
from tests.pictureweb.wishes import Wish

pytestmark = pytest.mark.integration

HASTE = Pace(quiet=0.2, tile=1.5)
"""No longer than a page on this machine needs."""

RECORD = '[0,"doc{0}",["https://t.example/{0}",1,2],["https://p.example/{0}.jpg",3,4],null,0]'


@pytest.fixture
def google(pictures: PictureWeb, browsers: Browsers) -> Google:
    return Google(browsers, url=pictures.google_url)


@pytest.fixture
def hasty(pictures: PictureWeb, browsers: Browsers) -> Google:
    return Google(browsers, url=pictures.google_url, pace=HASTE)


async def search(google: Google, query: str, wanted: int = 150) -> tuple[list[Hit], Ending | None]:
    """Takes batches until there are so many hits or the engine says why not."""
    found = await found_by(google, query, wanted)
    return found.hits, found.ending


async def test_575_of_700_come_in_the_order_of_the_page_each_once(google: Google, pictures: PictureWeb) -> None:
    pictures.visits.clear()

    hits, _ = await search(google, "cats", wanted=575)

    assert len(hits) == len({hit.url for hit in hits}) == 600
    assert all(hit.url.startswith("http://127.0.1.") and hit.width and hit.height and hit.title for hit in hits)
    assert all(hit.source_page and hit.thumbnail for hit in hits)
    assert pictures.visited("/search") == 6
    assert sum(pictures.visits.values()) <= 7  # beside that an icon of the site, but not one picture


@pytest.mark.parametrize(("knob", "count"), [("results:37", 37), ("results:100", 100), ("results:300", 300)])
async def test_fewer_than_asked_are_all_there_are(google: Google, knob: str, count: int) -> None:
    hits, ending = await search(google, f"cats {knob}", wanted=575)

    assert (len(hits), ending) == (count, Ending.EXHAUSTED)


@pytest.mark.parametrize("gate", ["sorry", "429", "stub"])
async def test_a_wall_that_comes_later_is_told_from_the_end(google: Google, gate: str) -> None:
    found = await found_by(google, f"cats batch:10 gate:{gate} from:20", wanted=100)

    assert (len(found.hits), found.ending) == (20, Ending.BLOCKED)
    assert found.retry_after == (RETRY_AFTER if gate == "429" else None)


@pytest.mark.parametrize("skin", ["2020", "2023"])
async def test_what_lies_behind_a_button_is_asked_for(google: Google, skin: str) -> None:
    found = await found_by(google, f"cats skin:{skin} batch:4 results:18", wanted=100)

    assert (len(found.hits), found.ending) == (18, Ending.EXHAUSTED)
    assert {hit.strategy for hit in found.hits[4:]} == {"xhr"}
    assert all(hit.width and hit.height and hit.title and hit.source_page for hit in found.hits)
    assert all(bool(hit.creator) == (skin == "2023") for hit in found.hits[4:])


async def test_a_page_that_does_not_say_that_it_has_ended_is_left_when_it_is_quiet(hasty: Google) -> None:
    hits, ending = await search(hasty, "cats batch:4 results:8 silent:on")

    assert (len(hits), ending) == (8, Ending.EXHAUSTED)


async def test_a_search_for_the_words_that_say_there_is_nothing_has_results(hasty: Google) -> None:
    hits, ending = await search(hasty, "did not match any documents skin:2026-08 batch:4 results:3")

    assert (len(hits), ending) == (3, Ending.EXHAUSTED)


async def test_pictures_behind_tiles_are_those_of_the_tiles_though_they_are_replaced_all_the_time(
    hasty: Google, pictures: PictureWeb
) -> None:
    found = await found_by(hasty, "cats skin:2024-bare batch:6 results:6 stale:on stuck:5 swap:200", wanted=6)

    expected = results_between(Wish("cats"), 0, 6, pictures.port)
    assert [hit.title for hit in found.hits] == [result.title for result in expected]
    assert [hit.source_page for hit in found.hits] == [result.page_url for result in expected]
    opened = [hit.url for hit in found.hits if not hit.thumbnail_only]
    assert opened == [result.url for result in expected if result.rank != 4]
    assert found.hits[4].url.startswith("data:image/jpeg;base64,")


async def test_hostile_records_cost_only_themselves(google: Google, pictures: PictureWeb) -> None:
    found = await found_by(google, "cats batch:18 results:36 hostile:on", wanted=100)

    good = [result.url for result in results_between(Wish("cats"), 0, 36, pictures.port)]
    private = sum(map(is_private, range(36)))
    assert [hit.url for hit in found.hits if hit.url in good] == good
    assert len(found.hits) == len(good) + private
    assert (found.unusable, found.ending) == (36 - private, Ending.EXHAUSTED)
    assert all(hit.title is not None and hit.title.isprintable() for hit in found.hits)


@pytest.mark.parametrize(
    ("skin", "yields"),
    [
        ("2026-09", {"inline": 4, "xhr": 4, "imgres": 0, "panel": 3, "thumbnail": 4}),
        ("2023", {"inline": 4, "xhr": 4, "imgres": 0, "panel": 3, "thumbnail": 4}),
        ("no-script", {"inline": 0, "xhr": 0, "imgres": 4, "panel": 0, "thumbnail": 0}),
        ("2026-08", {"inline": 0, "xhr": 0, "imgres": 0, "panel": 0, "thumbnail": 4}),
    ],
)
async def test_a_survey_says_what_each_way_of_reading_yields(hasty: Google, skin: str, yields: dict[str, int]) -> None:
    survey = await hasty.survey(Query(f"cats skin:{skin} batch:4"))

    assert (survey.yields, survey.ending) == (yields, None)
    assert 'id="rso"' in survey.page
    assert survey.picture is not None
    assert survey.picture.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("knob", "ending"),
    [("gate:sorry", Ending.BLOCKED), ("results:0", Ending.NO_RESULTS), ("gate:shell", Ending.PAGE_CHANGED)],
)
async def test_a_survey_of_nothing_says_why(hasty: Google, knob: str, ending: Ending) -> None:
    survey = await hasty.survey(Query(f"cats {knob}"))

    assert (set(survey.yields.values()), survey.ending) == ({0}, ending)
    assert survey.picture


async def test_consent_is_refused_also_when_the_page_after_it_is_slow(hasty: Google, pictures: PictureWeb) -> None:
    pictures.visits.clear()

    hits, ending = await search(hasty, "slow cats gate:consent slow:800", wanted=100)

    assert (len(hits), ending) == (100, Ending.ENOUGH)
    assert pictures.visited("/consent/reject") == 1
    assert pictures.visited("/consent/accept") == 0


async def test_the_first_batch_does_not_wait_for_the_second(google: Google) -> None:
    await search(google, "warm", wanted=1)
    began = time.monotonic()

    async with aclosing(google.search(Query("early cats slow:2500"))) as batches:
        batch = await anext(batches)

    assert len(batch.hits) == 100
    assert time.monotonic() - began < 4.9  # the second takes as long again


async def test_a_browser_is_used_again(google: Google, browsers: Browsers) -> None:
    async with browsers.lend() as browser:
        first = browser.pid
    await search(google, "cats")

    async with browsers.lend() as browser:
        assert browser.pid == first


class Page(Protocol):
    async def __call__(self, body: str, more: str = "") -> Google: ...


@pytest.fixture
async def page(browsers: Browsers) -> AsyncIterator[Page]:
    """Serves Google Images as one page, whatever is asked, and as one batch that the page may load."""
    runners: list[web.AppRunner] = []

    async def serve(body: str, more: str = "") -> Google:
        async def search(request: web.Request) -> web.Response:
            return web.Response(text=more if "more" in request.query else body, content_type="text/html")

        app = web.Application()
        app.router.add_get("/search", search)
        runner = web.AppRunner(app, access_log=None)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        return Google(browsers, url=f"http://{host}:{port}", pace=HASTE)

    yield serve
    for runner in runners:
        await runner.cleanup()


def in_a_page(*records: str, padding: str = "") -> str:
    return f"<!doctype html><title>q</title><body><div>{padding}</div><script>var m=[{','.join(records)}];</script>"


async def test_records_between_broken_ones_are_read(page: Page) -> None:
    broken = '0,"[0,\\"x\\",[\\"http",[0,"x",["http:"]]'
    addresses = ["javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd"]
    wrong = [RECORD.format(name).replace(f"https://p.example/{name}.jpg", name) for name in addresses]
    surrogate = '[0,"s",["https://t.example",1,2],["https://p.example/s.jpg",3,4],{"2003":[0,0,0,"\\ud83d!"]}]'
    google = await page(in_a_page(RECORD.format(1), broken, *wrong, surrogate, RECORD.format(2)))

    hits, ending = await search(google, "cats")

    assert [hit.url for hit in hits] == [f"https://p.example/{name}.jpg" for name in ("1", "s", "2")]
    assert [hit.title for hit in hits] == [None, "\ufffd!", None]
    assert ending is Ending.EXHAUSTED


async def test_the_words_of_a_block_page_in_a_result_page_are_no_wall(page: Page) -> None:
    decoys = (
        '<noscript><a href="/httpservice/retry/enablejs">x</a></noscript><script>"/sorry/","X-Sorry-Redirect"</script>'
    )
    google = await page(decoys + in_a_page(RECORD.format(1), padding="did not match any documents"))

    hits, ending = await search(google, "cats")

    assert (len(hits), ending) == (1, Ending.EXHAUSTED)


async def test_a_page_that_repeats_itself_is_left(page: Page) -> None:
    script = "<script>onscroll=()=>fetch('/search?more=1').then(()=>document.body.append('x'))</script>"
    google = await page(in_a_page(RECORD.format(1), padding="<br>" * 3000) + script, more=f"[{RECORD.format(1)}]")

    hits, ending = await search(google, "cats")

    assert (len(hits), ending) == (1, Ending.EXHAUSTED)


async def test_batches_are_taken_from_fetch_as_well(page: Page) -> None:
    script = "<script>let n=0;onscroll=()=>n++||fetch('/search?more=1')</script>"
    google = await page(in_a_page(RECORD.format(1), padding="<br>" * 3000) + script, more=f"[{RECORD.format(2)}]")

    hits, _ = await search(google, "cats")

    assert [hit.url for hit in hits] == ["https://p.example/1.jpg", "https://p.example/2.jpg"]


async def test_a_consent_page_that_stays_is_a_wall(page: Page) -> None:
    google = await page('<button id="W0wltc">Reject all</button>' + in_a_page(RECORD.format(1)))

    _, ending = await search(google, "cats")

    assert ending is Ending.BLOCKED


async def test_consent_that_is_asked_for_later_is_refused_too(page: Page) -> None:
    button = '<button id="W0wltc" hidden onclick="asked=false;this.remove()">Reject all</button>'
    script = """<script>let asked=true,n=0;
    onscroll=()=>{n++||fetch('/search?more=1').then(()=>{if(asked)W0wltc.hidden=false})}</script>"""
    google = await page(
        button + in_a_page(RECORD.format(1), padding="<br>" * 3000) + script, more=f"[{RECORD.format(2)}]"
    )

    hits, ending = await search(google, "cats")

    assert (len(hits), ending) == (2, Ending.EXHAUSTED)


async def test_consent_asked_in_a_frame_that_never_answers_is_a_wall(page: Page) -> None:
    google = await page('<iframe src="about:blank#consent"></iframe>' + in_a_page(RECORD.format(1)))

    _, ending = await search(google, "cats")

    assert ending is Ending.BLOCKED


async def test_a_page_of_50_mb_is_read_as_far_as_it_is_worth(page: Page) -> None:
    records = [RECORD.format(number) for number in range(300_000)]
    google = await page(in_a_page(*records, padding=f"<!--{'x' * 25_000_000}-->"))

    hits, ending = await search(google, "cats", wanted=5_000)

    assert (len(hits), ending) == (5_000, Ending.ENOUGH)
