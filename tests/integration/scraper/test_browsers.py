"""The life of the scraper's browsers: warm, and replaced when they fail."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from aiohttp import web

from services.scraper.browser import PAGE_SECONDS, Browser
from services.scraper.browsers import Browsers
from services.scraper.chromium import LocalDriver, local_options
from services.scraper.engines import Ending, Query
from services.scraper.engines.google import Google
from services.scraper.engines.google_page import watch_script
from services.scraper.launching import launch_remote
from tests.integration.processes import command_of, descendants, living
from tests.integration.scraper.chromiums import local_launch, on_path
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration

TWICE_WITHOUT_A_PORT = """#!/bin/sh
echo try >> {tries}
[ $(wc -l < {tries}) -gt 2 ] && exec {real} "$@"
echo "IPv6 port not available. Exiting..."
exit 1
"""


@pytest.fixture(scope="module")
async def browsers() -> AsyncIterator[Browsers]:
    async with Browsers.warm(local_launch, 1) as warm:
        yield warm


@pytest.fixture
def google(pictures: PictureWeb, browsers: Browsers) -> Google:
    return Google(browsers, url=pictures.google_url)


async def pid_of(browsers: Browsers) -> int:
    async with browsers.lend() as browser:
        return browser.pid


async def ending_of(google: Google, query: str) -> Ending | None:
    async with aclosing(google.search(Query(query))) as batches:
        return [batch.ending async for batch in batches][-1]


def renderers(pid: int) -> list[int]:
    return [child for child in descendants(pid) if "--type=renderer" in " ".join(command_of(child))]


async def gone(pid: int, within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while pid in living():
            await asyncio.sleep(0.02)


async def test_a_browser_killed_in_mid_search_is_replaced(google: Google, browsers: Browsers) -> None:
    pid = await pid_of(browsers)
    async with aclosing(google.search(Query("cats slow:300"))) as batches:
        await anext(batches)

        os.kill(pid, signal.SIGKILL)
        rest = [batch.ending async for batch in batches]

    assert rest[-1] is Ending.BROKEN
    assert await ending_of(google, "cats results:37") is Ending.EXHAUSTED
    assert await pid_of(browsers) != pid


@pytest.mark.parametrize("part", ["all", "the page"])
async def test_a_browser_that_hangs_in_mid_search_is_replaced_long_before_a_page_is_given_up(
    part: str, pictures: PictureWeb
) -> None:
    async with Browsers.warm(local_launch, 1) as browsers:
        google, pid = Google(browsers, url=pictures.google_url), await pid_of(browsers)
        async with aclosing(google.search(Query("cats slow:300"))) as batches:
            await anext(batches)

            began = time.monotonic()
            for process in [pid] if part == "all" else renderers(pid):
                os.kill(process, signal.SIGSTOP)
            rest = [batch.ending async for batch in batches]
        replacement = await pid_of(browsers)
        replaced_after = time.monotonic() - began

        assert rest == [Ending.BROKEN]
        assert replacement != pid
        assert replaced_after < PAGE_SECONDS / 2  # four seconds on a quiet machine, half of it for a new browser
        await gone(pid)


async def test_a_page_that_takes_longer_than_a_browser_may_is_waited_for(google: Google, browsers: Browsers) -> None:
    pid = await pid_of(browsers)

    assert await ending_of(google, "cats results:37 slow:4000") is Ending.EXHAUSTED

    assert await pid_of(browsers) == pid


async def test_a_browser_that_died_idle_costs_no_search(google: Google, browsers: Browsers) -> None:
    os.kill(await pid_of(browsers), signal.SIGKILL)

    assert await ending_of(google, "cats results:37") is Ending.EXHAUSTED


async def test_a_search_given_up_takes_its_browser_along(
    google: Google, browsers: Browsers, pictures: PictureWeb
) -> None:
    pid = await pid_of(browsers)
    pictures.visits.clear()
    search = asyncio.ensure_future(ending_of(google, "cats slow:8000"))
    async with asyncio.timeout(10):
        while not pictures.visited("/search"):
            await asyncio.sleep(0.02)

    began = time.monotonic()
    search.cancel()
    await asyncio.gather(search, return_exceptions=True)

    assert time.monotonic() - began < 0.5  # the page would have come after 8 s
    await gone(pid)
    assert await ending_of(google, "cats results:37") is Ending.EXHAUSTED


async def test_a_browser_that_hangs_as_its_page_is_left_holds_nobody_up(browsers: Browsers) -> None:
    async with browsers.lend() as browser:
        pid = browser.pid
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()

    assert time.monotonic() - began < 5
    async with asyncio.timeout(30):
        assert await pid_of(browsers) != pid
    await gone(pid)


async def test_an_engine_that_cannot_be_reached_is_broken(browsers: Browsers) -> None:
    assert await ending_of(Google(browsers, url="http://127.0.0.1:9"), "cats") is Ending.BROKEN


async def test_a_chromedriver_whose_port_is_taken_in_ipv6_is_started_again(tmp_path: Path) -> None:
    chromedriver = tmp_path / "chromedriver"
    chromedriver.write_text(TWICE_WITHOUT_A_PORT.format(tries=tmp_path / "tries", real=on_path("chromedriver")))
    chromedriver.chmod(0o755)

    async with Browsers.warm(lambda: local_launch(chromedriver=chromedriver), 1) as browsers:
        assert await pid_of(browsers) in living()


async def test_a_browser_at_a_selenium_server_serves_as_well(pictures: PictureWeb) -> None:
    server = LocalDriver(on_path("chromedriver"))
    options = local_options(on_path("chromium"), server.profile, sandbox=True)

    def launch() -> Browser:
        return launch_remote(url=server.url, options=options, on_every_page=watch_script())

    try:
        async with Browsers.warm(launch, 1) as browsers:
            google = Google(browsers, url=pictures.google_url)
            pid = await pid_of(browsers)

            assert await ending_of(google, "cats results:150") is Ending.EXHAUSTED
        assert pid not in living()
    finally:
        server.kill()


async def test_pictures_fonts_and_media_of_a_page_are_not_loaded(browsers: Browsers) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        media = "<video autoplay muted src=/v.mp4?x=1 poster=/p.jpg></video><audio preload=auto src=/a.mp3></audio>"
        style = "<style>@font-face{font-family:f;src:url(/f.woff2)} p{font-family:f;background:url(/b.png)}</style>"
        return web.Response(
            text=f"{style}<p>x</p><img src=/a.png>{media}<script src=/s.js></script>", content_type="text/html"
        )

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]

    async with browsers.lend() as browser:
        await browser.open(f"http://{host}:{port}/page")
        await browser.until("return document.readyState === 'complete' || null", seconds=5)
    await runner.cleanup()

    assert "/s.js" in asked
    assert {"/a.png", "/b.png", "/p.jpg", "/f.woff2", "/v.mp4", "/a.mp3"}.isdisjoint(asked)
