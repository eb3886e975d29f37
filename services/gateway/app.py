"""The gateway, put together."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web
from bootstrap_wrapper import get_bootstrap_css_dir

from services.gateway import api, api_docs, downloads, privacy, sheets, status_views, stops, stream_views, views
from services.gateway.api_docs import document_api
from services.gateway.blank_form import BLANK_FORM, BlankForm, show_form
from services.gateway.bodies import MAX_BYTES, SECONDS
from services.gateway.connecting import Stores
from services.gateway.crowds import limit_clients
from services.gateway.desk import DESK, Desk
from services.gateway.headers import STATIC, add_headers_to_all
from services.gateway.listening import listen
from services.gateway.operations import OPENAPI
from services.gateway.origins import own_forms_only
from services.gateway.pages import set_up_templates, show_icon
from services.gateway.problems import answer_problems
from services.gateway.serving import allow_all_sockets, serving_web
from services.gateway.settings import Settings
from shared.cassandra import Cassandra
from shared.health import serving_health
from shared.publisher import Publisher
from shared.settings import host_ports
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
        in_background(listen(settings.kafka_url, desk.feed.tell)),
        serving_web(build_web(desk), settings.web_host, settings.web_port),
    ):
        hosts = host_ports(settings.cassandra_hosts)
        cassandra = await until_available(lambda: Cassandra.connect(hosts, settings.cassandra_keyspace))
        connections.push_async_callback(cassandra.close)
        desk.stores.connected(Stores.of(cassandra))
        publisher = await until_available(lambda: Publisher.connect(settings.kafka_url, source=NAME))
        connections.push_async_callback(publisher.close)
        desk.publisher.connected(publisher)
        health.ready_when(cassandra=cassandra.answers, kafka=publisher.answers, archives=desk.archives.answers)
        await asyncio.Event().wait()


def build_web(desk: Desk, *, body_seconds: float = 10.0) -> web.Application:
    app = web.Application(
        client_max_size=MAX_BYTES,
        middlewares=[
            answer_problems,
            limit_clients(desk.client_rates, desk.trusted_proxies, desk.now),
            own_forms_only(desk.public_url),
        ],
    )
    app[DESK] = desk
    app[BLANK_FORM] = BlankForm()
    app[SECONDS] = body_seconds
    document_api(app)
    set_up_templates(app)
    add_headers_to_all(app, https=desk.public_url.startswith("https:"))
    app.on_shutdown.append(_end_streams)
    app.router.add_get("/", show_form, name="form")
    app.router.add_post("/jobs", views.submit_form, name="submit")
    app.router.add_get("/jobs/{status}", status_views.show_status, name="status")
    app.router.add_get("/jobs/{status}/events", stream_views.tell_page, name="events", allow_head=False)
    app.router.add_get("/jobs/{status}/contact-sheet.webp", sheets.show_sheet, name="contact_sheet")
    app.router.add_post("/jobs/{status}/cancel", status_views.cancel_job, name="cancel")
    app.router.add_post("/jobs/{status}/reschedule", status_views.reschedule_job, name="reschedule")
    app.router.add_post("/jobs/{status}/again", status_views.ask_again, name="again")
    app.router.add_post("/jobs/{status}/delete", status_views.delete_job, name="delete")
    app.router.add_get("/download/{download}", downloads.download, name="download")
    app.router.add_get("/retry/{retry}", views.show_retry, name="retry")
    app.router.add_get("/privacy", privacy.show_privacy, name="privacy")
    app.router.add_get("/stop/{stop}", stops.show_stop, name="stop")
    app.router.add_post("/stop/{stop}", stops.stop_mails, name="stop_now")
    app.router.add_post("/stop/{stop}/undo", stops.allow_mails, name="stop_undo")
    app.router.add_get("/api", api_docs.show_page, name="api_page")
    app.router.add_get("/api/v1", api_docs.show_root, name="api_root")
    app.router.add_get(OPENAPI, api_docs.show_document, name="api_openapi")
    app.router.add_post("/api/v1/jobs", api.submit_job, name="api_submit")
    app.router.add_get("/api/v1/jobs/{status}", api.show_job, name="api_status")
    app.router.add_get("/api/v1/jobs/{status}/events", stream_views.tell_program, name="api_events", allow_head=False)
    app.router.add_post("/api/v1/jobs/{status}/cancel", api.cancel_job, name="api_cancel")
    app.router.add_post("/api/v1/jobs/{status}/reschedule", api.reschedule_job, name="api_reschedule")
    app.router.add_post("/api/v1/jobs/{status}/again", api.ask_again, name="api_again")
    app.router.add_post("/api/v1/jobs/{status}/delete", api.delete_job, name="api_delete")
    app.router.add_get("/favicon.ico", show_icon, name="icon")
    app.router.add_static(f"{STATIC}bootstrap", get_bootstrap_css_dir(), name="bootstrap")
    app.router.add_static(STATIC, Path(__file__).parent / "static", name="static")
    return app


async def _end_streams(app: web.Application) -> None:
    """At once: nobody waits for those who only listen."""
    app[DESK].feed.end()
