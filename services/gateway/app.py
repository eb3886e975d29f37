"""The gateway, put together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack

from aiohttp import web

from services.gateway.api.docs import document_api
from services.gateway.connecting import Stores
from services.gateway.desk import DESK, Desk, Seconds
from services.gateway.limits.crowds import limit_clients, windows_of
from services.gateway.limits.forgetting import forget_expired
from services.gateway.limits.windows import MovingWindow
from services.gateway.live.listening import listen
from services.gateway.pages.blank_form import BLANK_FORM, BlankForm
from services.gateway.pages.redrawing import redraw_refused_changes
from services.gateway.pages.templating import set_up_templates
from services.gateway.routes import ROUTES
from services.gateway.settings import Settings
from services.gateway.web.bodies import MAX_BYTES, SECONDS
from services.gateway.web.expectations import met
from services.gateway.web.headers import add_headers_to_all
from services.gateway.web.origins import own_forms_only
from services.gateway.web.problem_answers import answer_problems
from services.gateway.web.serving import allow_all_sockets, serving_web
from shared.cassandra import Cassandra
from shared.health import serving_health
from shared.publisher import Publisher
from shared.tasks import in_background
from shared.waiting import until_available

NAME = "gateway"


async def run(settings: Settings) -> None:
    """Until cancelled. The form is served from the first moment; what needs a server waits for it with 503."""
    allow_all_sockets()
    desk = Desk.of(settings)
    async with (
        serving_health(settings.health_host, settings.health_port) as health,
        AsyncExitStack() as connections,
        in_background(listen(settings.kafka, desk.feed.tell)),
        serving_web(build_web(desk), settings.web_host, settings.web_port),
    ):
        cassandra = await until_available(lambda: Cassandra.connect(settings.cassandra, settings.cassandra_keyspace))
        connections.push_async_callback(cassandra.close)
        desk.stores.connected(Stores.of(cassandra))
        publisher = await until_available(lambda: Publisher.connect(settings.kafka, source=NAME))
        connections.push_async_callback(publisher.close)
        desk.publisher.connected(publisher)
        health.ready_when(cassandra=cassandra.answers, kafka=publisher.answers, archives=desk.archives.answers)
        await asyncio.Event().wait()


def build_web(desk: Desk, *, body_seconds: float = 10.0) -> web.Application:
    windows = windows_of(desk.client_rates)
    app = web.Application(
        client_max_size=MAX_BYTES,
        middlewares=[
            answer_problems,
            redraw_refused_changes,
            limit_clients(windows, desk.trusted_proxies, desk.seconds),
            own_forms_only(desk.public_url),
        ],
    )
    app[DESK] = desk
    app[BLANK_FORM] = BlankForm()
    app[SECONDS] = body_seconds
    set_up_templates(app)
    document_api(app)
    add_headers_to_all(app, https=desk.public_url.startswith("https:"))
    app.cleanup_ctx.append(_forgetting([*windows.values(), desk.admissions.clients], desk.seconds))
    app.on_shutdown.append(_end_streams)
    app.add_routes(met(ROUTES))
    return app


def _forgetting(windows: Sequence[MovingWindow], seconds: Seconds) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_app: web.Application) -> AsyncIterator[None]:
        async with in_background(forget_expired(windows, seconds)):
            yield

    return run


async def _end_streams(app: web.Application) -> None:
    """At once: nobody waits for those who only listen."""
    app[DESK].feed.end()
