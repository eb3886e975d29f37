"""The downloader, put together: guarded, bounded, and mindful of what hosts do not want."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from aiohttp import ClientSession

from services.packager.bodies import Body
from services.packager.downloads import Downloads, guarded_session
from services.packager.fetching import Fetcher
from services.packager.guard import Guard
from services.packager.optouts import name_in
from services.packager.robots import MOST_BYTES, Reading, Robots, read_robots
from services.packager.settings import Settings
from services.packager.slots import Slots
from services.packager.tlsmemory import bound_tls_memory


@asynccontextmanager
async def guarded_fetcher(settings: Settings) -> AsyncIterator[Fetcher]:
    bound_tls_memory()
    guard = Guard(settings.holes, settings.networks_forbidden)
    async with guarded_session(guard, user_agent=settings.user_agent) as session:
        slots = Slots(total=settings.connections, per_host=settings.connections_per_host)
        new_body = partial(Body, in_memory=settings.body_memory_each, folder=settings.folder)
        program = name_in(settings.user_agent) if settings.opt_outs == "honour" else None
        yield Fetcher(
            downloads=Downloads(session, settings.download_limits, program=program),
            slots=slots,
            new_body=new_body,
            seconds=settings.download_seconds,
            rules=Robots(robots_reader(session, settings, slots, new_body), program) if program else None,
        )


def robots_reader(session: ClientSession, settings: Settings, slots: Slots, new_body: Callable[[], Body]) -> Reading:
    """Asks like for a picture: the same guard, the same slots."""
    limits = replace(settings.download_limits, picture_bytes=MOST_BYTES)
    fetcher = Fetcher(
        downloads=Downloads(session, limits), slots=slots, new_body=new_body, seconds=settings.connect_seconds
    )
    return partial(read_robots, fetcher)
