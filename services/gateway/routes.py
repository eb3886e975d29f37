"""Every address the gateway answers at; the names stand in the access log and in metrics."""

from pathlib import Path

from aiohttp import web
from bootstrap_wrapper import get_bootstrap_css_dir

from services.gateway.api import docs as api_docs
from services.gateway.api import streaming as api_streaming
from services.gateway.api import views as api
from services.gateway.api.operations import OPENAPI
from services.gateway.archives import downloads, sheets
from services.gateway.pages import form_views, privacy, status_views, stops
from services.gateway.pages.blank_form import show_form
from services.gateway.pages.templating import show_icon
from services.gateway.web.headers import STATIC

ROUTES = (
    web.get("/", show_form, name="form"),
    web.post("/jobs", form_views.submit_form, name="submit"),
    web.get("/jobs/{status}", status_views.show_status, name="status"),
    web.get("/jobs/{status}/events", status_views.tell_page, name="events", allow_head=False),
    web.get("/jobs/{status}/contact-sheet.webp", sheets.show_sheet, name="contact_sheet"),
    web.post("/jobs/{status}/cancel", status_views.cancel_job, name="cancel"),
    web.post("/jobs/{status}/reschedule", status_views.reschedule_job, name="reschedule"),
    web.post("/jobs/{status}/again", status_views.ask_again, name="again"),
    web.post("/jobs/{status}/delete", status_views.delete_job, name="delete"),
    web.get("/download/{download}", downloads.download, name="download"),
    web.get("/retry/{retry}", form_views.show_retry, name="retry"),
    web.get("/privacy", privacy.show_privacy, name="privacy"),
    web.get("/stop/{stop}", stops.show_stop, name="stop"),
    web.post("/stop/{stop}", stops.stop_mails, name="stop_now"),
    web.post("/stop/{stop}/undo", stops.allow_mails, name="stop_undo"),
    web.get("/api", api_docs.show_page, name="api_page"),
    web.get("/api/v1", api_docs.show_root, name="api_root"),
    web.get(OPENAPI, api_docs.show_document, name="api_openapi"),
    web.post("/api/v1/jobs", api.submit_job, name="api_submit"),
    web.get("/api/v1/jobs/{status}", api.show_job, name="api_status"),
    web.get("/api/v1/jobs/{status}/events", api_streaming.tell_program, name="api_events", allow_head=False),
    web.post("/api/v1/jobs/{status}/cancel", api.cancel_job, name="api_cancel"),
    web.post("/api/v1/jobs/{status}/reschedule", api.reschedule_job, name="api_reschedule"),
    web.post("/api/v1/jobs/{status}/again", api.ask_again, name="api_again"),
    web.post("/api/v1/jobs/{status}/delete", api.delete_job, name="api_delete"),
    web.get("/favicon.ico", show_icon, name="icon"),
    web.static(f"{STATIC}bootstrap", get_bootstrap_css_dir(), name="bootstrap"),
    web.static(STATIC, Path(__file__).parent / "static", name="static"),
)
