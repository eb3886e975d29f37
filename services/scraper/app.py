"""Everything the scraper is made of, put together."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

from services.scraper import cooldowns, searching
from services.scraper.asking import Asking, asking
from services.scraper.browsers import Browsers, Launch
from services.scraper.chromium import chrome_options
from services.scraper.cooldowns import CoolDowns
from services.scraper.engines import Engine
from services.scraper.engines.bing import Bing
from services.scraper.engines.commons import Commons
from services.scraper.engines.duckduckgo import DuckDuckGo
from services.scraper.engines.google import Google
from services.scraper.engines.google_page import watch_script
from services.scraper.engines.openverse import Openverse
from services.scraper.engines.paged import Paged
from services.scraper.handlers import search_images
from services.scraper.homes import sweep_homes
from services.scraper.launching import launch_local, launch_remote
from services.scraper.means import Means
from services.scraper.recycling import MIB, Endurance
from services.scraper.settings import EngineSettings, Settings
from shared.backbone import standing_on
from shared.cassandra import Cassandra
from shared.claims import Claims, Heartbeats
from shared.consumer import Consumer
from shared.events import SearchDue, Stage
from shared.images import Images
from shared.jobs import Jobs
from shared.publisher import Publisher
from shared.pulse import Pulse
from shared.searches import Searches
from shared.streams import build_stream_app, consume, run_streams
from shared.tolerance import Tolerance
from shared.topics import JOB_DUE
from shared.work import Workbench

NAME = "scraper"


async def run(settings: Settings) -> None:
    """Until cancelled; raises when the consumer crashes or no browser starts."""
    async with AsyncExitStack() as stack:
        backbone = await stack.enter_async_context(standing_on(settings, NAME))
        cassandra, publisher = backbone.cassandra, backbone.publisher
        await asyncio.to_thread(sweep_homes)
        count = settings.search_slots if settings.needs_browser else 0
        warm = Browsers.warm(build_launch(settings), count, build_endurance(settings))
        browsers = await stack.enter_async_context(warm)
        pages = await stack.enter_async_context(asking(settings.user_agent))
        bench = build_bench(settings, cassandra, publisher)
        # Before the browsers and the publisher go: every run is handed back.
        stack.push_async_callback(bench.stop)

        engines = build_engines(settings, browsers, pages)
        searching.count_from_zero(engines)
        cooldowns.count_from_zero(settings.engines)
        means = build_means(settings, cassandra, publisher, engines)
        search = partial(search_images, searches=Searches(cassandra), bench=bench, means=means)
        app = build_stream_app(NAME, settings.kafka)
        consume(app, [JOB_DUE], Consumer(NAME, {SearchDue: search}, publisher, Tolerance(settings.failure_limit)))
        backbone.ready()
        await run_streams(app, backbone.health)


def build_endurance(settings: Settings) -> Endurance:
    return Endurance(searches=settings.browser_searches, memory=settings.browser_memory * MIB)


def build_launch(settings: EngineSettings) -> Launch:
    if settings.selenium_url:
        url, options = settings.selenium_url, chrome_options()
        return partial(launch_remote, url=url, options=options, on_every_page=watch_script())
    return partial(
        launch_local,
        binary=settings.chrome_binary,
        chromedriver=settings.chromedriver,
        on_every_page=watch_script(),
        sandbox=settings.chrome_sandbox,
    )


def build_bench(settings: Settings, cassandra: Cassandra, publisher: Publisher) -> Workbench:
    return Workbench(
        Stage.SEARCH,
        slots=settings.search_slots,
        claims=Claims(cassandra),
        jobs=Jobs(cassandra),
        pulse=Pulse(Stage.SEARCH, Heartbeats(cassandra), publisher),
        publisher=publisher,
    )


def build_means(settings: Settings, cassandra: Cassandra, publisher: Publisher, engines: Sequence[Engine]) -> Means:
    return Means(
        engines=engines,
        images=Images(cassandra),
        searches=Searches(cassandra),
        jobs=Jobs(cassandra),
        cool_downs=CoolDowns(cassandra, otherwise=timedelta(minutes=settings.cool_down_minutes)),
        publisher=publisher,
        spares=settings.spares,
        seconds=settings.search_seconds,
    )


def build_engines(settings: EngineSettings, browsers: Browsers, pages: Asking) -> list[Paged | Google]:
    """In the order they are asked."""
    sites = (
        Bing(settings.bing_url),
        DuckDuckGo(settings.duckduckgo_url),
        Openverse(settings.openverse_url),
        Commons(settings.commons_url),
    )
    engines: dict[str, Paged | Google] = {site.name: Paged(site, pages) for site in sites}
    engines["google"] = Google(browsers, url=settings.google_url)
    return [engines[name] for name in settings.engines]
