"""Browsers that are not needed any more are gone without a trace."""

import asyncio
import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import pytest

from services.scraper.browsers import Browsers
from services.scraper.engines import Ending, Query
from services.scraper.engines.google import Google
from services.scraper.launching import launch_local
from services.scraper.recycling import Endurance
from services.scraper.windows import BrowserError
from tests.integration.processes import command_of, descendants, living
from tests.integration.scraper.chromiums import local_launch, on_path
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path of its own: other programs of this machine have browsers too, and Chromium puts a socket there."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@contextmanager
def leaving_nothing(temporary: Path) -> Iterator[None]:
    """No file, and no process more than there were."""
    processes = descendants(os.getpid())
    yield
    assert descendants(os.getpid()) <= processes
    assert files(temporary) == []


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_nothing_is_left_of_browsers_that_were_used(pictures: PictureWeb, temporary: Path) -> None:
    with leaving_nothing(temporary):
        async with Browsers.warm(local_launch, 2) as browsers:
            google = Google(browsers, url=pictures.google_url)
            await asyncio.gather(*(all_batches(google, f"cats {number} results:40") for number in range(2)))


async def all_batches(google: Google, query: str) -> None:
    async with aclosing(google.search(Query(query))) as batches:
        assert [batch.ending async for batch in batches][-1] is Ending.EXHAUSTED


async def test_nothing_is_left_of_many_searches_whatever_happens_to_their_browsers(
    pictures: PictureWeb, temporary: Path, pytestconfig: pytest.Config
) -> None:
    """Each is used twice; now and then one is killed or stopped in mid search, or a search is given up."""
    searches = 200 if pytestconfig.getoption("--long") else 6
    async with Browsers.warm(local_launch, 1):
        pass  # what stays open from the first use on is no leak
    descriptors = open_descriptors()
    with leaving_nothing(temporary):
        async with Browsers.warm(local_launch, 1, Endurance(searches=2)) as browsers:
            google = Google(browsers, url=pictures.google_url)
            for number in range(searches):
                await one_search(google, browsers, pictures, number)

    assert len(open_descriptors()) <= len(descriptors)


async def one_search(google: Google, browsers: Browsers, pictures: PictureWeb, number: int) -> None:
    match number % 20:
        case 3:
            await break_one(browsers)
        case 4:
            await give_one_up(google, pictures)
        case 15:
            await break_one(browsers, signal.SIGSTOP)
        case _:
            await all_batches(google, f"cats {number} results:37")


async def give_one_up(google: Google, pictures: PictureWeb) -> None:
    pictures.visits.clear()
    searching = asyncio.ensure_future(all_batches(google, "cats slow:8000"))
    while not pictures.visited("/search"):
        await asyncio.sleep(0.02)
    searching.cancel()
    await asyncio.gather(searching, return_exceptions=True)


def open_descriptors() -> list[str]:
    """What each leads to."""
    gc.collect()  # connections to a driver that was killed go with the objects that held them
    return [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]


async def test_nothing_is_left_of_a_browser_given_up_while_it_starts(temporary: Path) -> None:
    with leaving_nothing(temporary):
        starting = asyncio.ensure_future(warm_up())
        await asyncio.sleep(0.3)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)


async def warm_up() -> None:
    async with Browsers.warm(local_launch, 1):
        await asyncio.sleep(60)


async def test_a_search_cancelled_twice_while_its_browser_starts_leaves_none_running(temporary: Path) -> None:
    with leaving_nothing(temporary):
        others = descendants(os.getpid())
        async with Browsers.warm(local_launch, 1) as browsers:
            await interrupt_one(browsers)
            await until_there_are_more_than(others, more=False)
            searching = asyncio.ensure_future(break_one(browsers))
            await until_there_are_more_than(others, more=True)

            for _ in range(2):
                searching.cancel()
                await asyncio.sleep(0)
            await asyncio.gather(searching, return_exceptions=True)

            assert searching.cancelled()
            await until_there_are_more_than(others, more=False)


async def until_there_are_more_than(others: set[int], *, more: bool) -> None:
    async with asyncio.timeout(40):
        while (descendants(os.getpid()) <= others) is more:
            await asyncio.sleep(0.02)


async def interrupt_one(browsers: Browsers) -> None:
    """Its slot stays empty for a while."""
    lent = asyncio.Event()

    async def hold() -> None:
        async with browsers.lend():
            lent.set()
            await asyncio.Event().wait()

    holding = asyncio.ensure_future(hold())
    await lent.wait()
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)


async def break_one(browsers: Browsers, blow: signal.Signals = signal.SIGKILL) -> None:
    async with browsers.lend() as browser:
        os.kill(browser.pid, blow)


async def test_a_browser_whose_driver_was_killed_goes_with_it_before_anybody_misses_it(temporary: Path) -> None:
    others = descendants(os.getpid())
    browser = await asyncio.to_thread(local_launch)
    (driver,) = [pid for pid in descendants(os.getpid()) - others if command_of(pid)[0].endswith("chromedriver")]

    os.kill(driver, signal.SIGKILL)

    async with asyncio.timeout(20):
        while files(temporary) or browser.pid in living():
            await asyncio.sleep(0.02)
    await browser.close()


async def test_nothing_of_a_browser_is_left_not_even_a_zombie_or_a_crash_report(temporary: Path) -> None:
    """Its crash handlers run away from it, and write down what was on the page."""
    with leaving_nothing(temporary):
        others = descendants(os.getpid())
        browser = await asyncio.to_thread(local_launch)
        family = {pid: " ".join(command_of(pid)) for pid in descendants(os.getpid()) - others}

        await browser.close()

    assert [command for command in family.values() if str(Path.home() / ".config") in command] == []
    assert [command for pid, command in family.items() if os.path.exists(f"/proc/{pid}")] == []  # noqa: ASYNC240, PTH110


@pytest.mark.parametrize(("binary", "chromedriver"), [("false", "chromedriver"), ("chromium", "false")])
def test_a_browser_that_does_not_start_says_so_and_leaves_nothing(
    binary: str, chromedriver: str, temporary: Path
) -> None:
    with leaving_nothing(temporary), pytest.raises(BrowserError):
        launch_local(binary=on_path(binary), chromedriver=on_path(chromedriver), on_every_page="")
