"""How fast the addresses of 500 pictures are found on the local Google, and what that costs on the wire.

`python -m bench.search [--rounds 5]`: the picture web in a process of its own, a warm headless Chromium, the scraper's
own engine. Each later hundred comes by an XHR of 100 to 300 ms. The limit beside it in the same round: the same five
answers fetched one after the other by aiohttp, which reads nothing of them. Then the chain of engines, three of which
refuse.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median

from aiohttp import ClientSession

from bench.listening import listening
from bench.wire import Wire, counted
from deploy.local.chromium import chromium
from deploy.local.ports import free_ports
from services.scraper.asking import asking
from services.scraper.browsers import Browsers
from services.scraper.engines import Engine, Query
from services.scraper.engines.bing import Bing
from services.scraper.engines.commons import Commons
from services.scraper.engines.duckduckgo import DuckDuckGo
from services.scraper.engines.google import Google
from services.scraper.engines.google_page import watch_script
from services.scraper.engines.openverse import Openverse
from services.scraper.engines.paged import Paged
from services.scraper.harvest import Harvest
from services.scraper.launching import launch_local
from tests.pictureweb.addresses import SEARCH_HOST, engine_urls

WANTED, STEP = 500, 100
CHAIN = "pandas gate:sorry bing:empty duckduckgo:403"
CHAIN_WANTED = 115


@asynccontextmanager
async def picture_web() -> AsyncIterator[int]:
    """Its port."""
    (port,) = free_ports(1)
    command = (sys.executable, "-m", "tests.pictureweb", "--port", str(port))
    server = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    try:
        await listening(port)
        yield port
    finally:
        server.terminate()
        await server.wait()


async def seconds_by_hundred(engine: Engine, words: str, wanted: int) -> list[float]:
    """When the first hundred was there, when the second, and so on."""
    harvest, reached, began = Harvest(wanted), list[float](), time.perf_counter()
    async with aclosing(engine.search(Query(words))) as batches:
        async for batch in batches:
            harvest.take(engine.name, batch.hits)
            reached += [time.perf_counter() - began] * (harvest.found // STEP - len(reached))
            if harvest.complete:
                return reached
    raise AssertionError(f"only {harvest.found} found")


async def seconds_of_bare_answers(session: ClientSession, url: str, words: str) -> float:
    began = time.perf_counter()
    for start in range(0, WANTED, STEP):
        later = {"vet": "1", "start": str(start)} if start else {}
        async with session.get(f"{url}/search", params={"q": words, "udm": "2", **later}) as answer:
            await answer.read()
    return time.perf_counter() - began


async def search(google: Google, wire: Wire, url: str, rounds: int) -> None:
    await seconds_by_hundred(google, "warm", STEP)
    ours, bare, megabytes = list[list[float]](), list[float](), list[float]()
    async with ClientSession() as session:
        for number in range(rounds):
            before = wire.bytes
            ours.append(await seconds_by_hundred(google, f"pandas {number}", WANTED))
            megabytes.append((wire.bytes - before) / 1e6)
            bare.append(await seconds_of_bare_answers(session, url, f"pandas {number}"))
    middle = [median(times) for times in zip(*ours, strict=True)]
    print(f"{WANTED} addresses: {middle[-1]:.2f} s (limit {median(bare):.2f} s, {middle[-1] / median(bare):.2f} times)")
    print("per hundred: " + ", ".join(f"{at:.2f} s" for at in middle) + f"; {median(megabytes):.1f} MB on the wire")


async def chain(engines: Sequence[Engine], rounds: int) -> None:
    taken, story = list[float](), list[str]()
    for number in range(rounds):
        harvest, story, began = Harvest(CHAIN_WANTED), [], time.perf_counter()
        for engine in engines:
            if not harvest.complete:
                story.append(f"{engine.name} {await _ask(engine, f'{CHAIN} {number}', harvest)}")
        taken.append(time.perf_counter() - began)
        if not harvest.complete:
            raise AssertionError(f"only {harvest.found} found")
    print(f"chain for {CHAIN_WANTED}: {median(taken):.2f} s ({', '.join(story)})")


async def _ask(engine: Engine, words: str, harvest: Harvest) -> str:
    async with aclosing(engine.search(Query(words))) as batches:
        async for batch in batches:
            harvest.take(engine.name, batch.hits)
            if harvest.complete:
                return "enough"
            if batch.ending:
                return batch.ending
    raise AssertionError("ended without saying why")


@asynccontextmanager
async def local_google(port: int) -> AsyncIterator[Google]:
    """The scraper's own engine with a warm headless Chromium, for the picture web behind this port."""
    found = chromium(os.environ)
    launch = partial(
        launch_local, binary=Path(found.browser), chromedriver=Path(found.driver), on_every_page=watch_script()
    )
    async with Browsers.warm(launch, 1) as browsers:
        yield Google(browsers, url=f"http://{SEARCH_HOST}:{port}")


async def measure(rounds: int) -> None:
    async with picture_web() as port, counted(SEARCH_HOST, port) as wire:
        urls = engine_urls(port)
        async with local_google(wire.port) as google, asking("Bench/1") as pages:
            await search(google, wire, urls["google"], rounds)
            sites = (Bing(urls["bing"]), DuckDuckGo(urls["duckduckgo"]), Openverse(urls["openverse"]))
            others = [Paged(site, pages) for site in (*sites, Commons(urls["commons"]))]
            await chain([google, *others], min(rounds, 3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(", ".join(f"{name} {version(name)}" for name in ("selenium", "aiohttp")), f"Python {sys.version.split()[0]}")
    print(subprocess.check_output([chromium(os.environ).browser, "--version"], text=True).strip())
    asyncio.run(measure(rounds))


if __name__ == "__main__":
    main()
