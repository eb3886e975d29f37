"""The life of the scraper's browsers: warm, replaced when they fail, gone without a trace."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from tempfile import gettempdir

import pytest
from aiohttp import web

from services.scraper.browser import Browser
from services.scraper.browsers import Browsers
from services.scraper.chromium import LocalDriver, local_options
from services.scraper.engines import Ending
from services.scraper.engines.google import Google
from services.scraper.engines.google_page import watch_script
from services.scraper.launching import launch_local, launch_remote
from services.scraper.windows import BrowserError
from tests.integration.processes import descendants, living
from tests.integration.scraper.chromiums import local_launch, on_path
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


@pytest.fixture
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
    async with aclosing(google.search(query)) as batches:
        return [batch.ending async for batch in batches][-1]


@contextmanager
def leaving_nothing() -> Iterator[None]:
    """No process and no profile more than there were."""
    profiles = set(Path(gettempdir()).glob("aid-chromium-*"))
    processes = descendants(os.getpid())
    yield
    assert descendants(os.getpid()) <= processes
    assert set(Path(gettempdir()).glob("aid-chromium-*")) <= profiles


async def test_a_browser_killed_in_mid_search_is_replaced(google: Google, browsers: Browsers) -> None:
    pid = await pid_of(browsers)
    async with aclosing(google.search("cats slow:300")) as batches:
        await anext(batches)

        os.kill(pid, signal.SIGKILL)
        rest = [batch.ending async for batch in batches]

    assert rest[-1] is Ending.BROKEN
    assert await ending_of(google, "cats results:37") is Ending.EXHAUSTED
    assert await pid_of(browsers) != pid


async def test_a_browser_that_hangs_in_mid_search_is_replaced(google: Google, browsers: Browsers) -> None:
    pid = await pid_of(browsers)
    async with aclosing(google.search("cats slow:300")) as batches:
        await anext(batches)

        os.kill(pid, signal.SIGSTOP)
        rest = [batch.ending async for batch in batches]

    assert rest == [Ending.BROKEN]
    assert pid not in living()
    assert await ending_of(google, "cats results:37") is Ending.EXHAUSTED


async def test_a_browser_that_died_idle_costs_no_search(google: Google, browsers: Browsers) -> None:
    os.kill(await pid_of(browsers), signal.SIGKILL)

    assert await ending_of(google, "cats results:37") is Ending.EXHAUSTED


async def test_a_search_given_up_takes_its_browser_along(google: Google, browsers: Browsers) -> None:
    pid = await pid_of(browsers)
    search = asyncio.ensure_future(ending_of(google, "cats slow:5000"))
    await asyncio.sleep(0.5)

    began = time.monotonic()
    search.cancel()
    await asyncio.gather(search, return_exceptions=True)

    assert time.monotonic() - began < 2
    assert pid not in living()
    assert await ending_of(google, "cats results:37") is Ending.EXHAUSTED


async def test_a_search_given_up_as_it_leaves_its_page_gives_its_slot_back(browsers: Browsers) -> None:
    pid, leaving = await pid_of(browsers), asyncio.Event()

    async def search() -> None:
        async with browsers.lend():
            leaving.set()

    searching = asyncio.ensure_future(search())
    await leaving.wait()  # from here until the page is empty it waits for the browser

    searching.cancel()
    await asyncio.gather(searching, return_exceptions=True)

    assert searching.cancelled()
    assert pid not in living()
    async with asyncio.timeout(20):
        assert await pid_of(browsers) != pid


async def test_an_engine_that_cannot_be_reached_is_broken(browsers: Browsers) -> None:
    assert await ending_of(Google(browsers, url="http://127.0.0.1:9"), "cats") is Ending.BROKEN


async def test_nothing_is_left_of_browsers_that_were_used(pictures: PictureWeb) -> None:
    with leaving_nothing():
        async with Browsers.warm(local_launch, 2) as browsers:
            google = Google(browsers, url=pictures.google_url)
            await asyncio.gather(*(ending_of(google, f"cats {number} results:150") for number in range(6)))


async def test_nothing_is_left_of_a_browser_given_up_while_it_starts() -> None:
    with leaving_nothing():
        starting = asyncio.ensure_future(warm_up())
        await asyncio.sleep(0.3)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)


async def warm_up() -> None:
    async with Browsers.warm(local_launch, 1):
        await asyncio.sleep(60)


@pytest.mark.parametrize(("binary", "chromedriver"), [("false", "chromedriver"), ("chromium", "false")])
def test_a_browser_that_does_not_start_says_so_and_leaves_nothing(binary: str, chromedriver: str) -> None:
    with leaving_nothing(), pytest.raises(BrowserError):
        launch_local(binary=on_path(binary), chromedriver=on_path(chromedriver), on_every_page="")


async def test_a_browser_at_a_selenium_server_serves_as_well(pictures: PictureWeb) -> None:
    server = LocalDriver(on_path("chromedriver"))
    options = local_options(on_path("chromium"), server.profile)

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


async def test_pictures_and_fonts_of_a_page_are_not_loaded(browsers: Browsers) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        style = "<style>@font-face{font-family:f;src:url(/f.woff2)} p{font-family:f;background:url(/b.png)}</style>"
        return web.Response(
            text=f"{style}<p>x</p><img src=/a.png><script src=/s.js></script>", content_type="text/html"
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
    assert {"/a.png", "/b.png", "/f.woff2"}.isdisjoint(asked)
