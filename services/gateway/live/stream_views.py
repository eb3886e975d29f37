"""A job as it goes, for its page and for programs."""

from aiohttp import web

from services.gateway.api.documents import document_of
from services.gateway.desk import DESK
from services.gateway.live.looks import Look, look_at
from services.gateway.live.streams import Telling, stream
from services.gateway.pages.status_page import ASKED, Asked, draw_status


async def tell_page(request: web.Request) -> web.StreamResponse:
    """Each event is the part of the page that says how the job fares."""
    desk = request.app[DESK]
    signed = desk.links.read_status(request.match_info["status"])
    deleting = request.query.get(ASKED) == Asked.DELETE

    def over(look: Look) -> bool:
        return not look.more_to_come and not deleting

    return await stream(
        request,
        Telling(
            signed.job_id,
            look=lambda: look_at(desk, signed),
            draw=lambda look: draw_status(request, look),
            over=over,
        ),
    )


async def tell_program(request: web.Request) -> web.StreamResponse:
    """Each event is the document that GET of the job gives."""
    desk = request.app[DESK]
    signed = desk.links.read_status(request.match_info["status"])
    return await stream(
        request,
        Telling(
            signed.job_id,
            look=lambda: look_at(desk, signed),
            draw=lambda look: document_of(desk, look.status).model_dump_json(),
            over=lambda look: not look.more_to_come,
        ),
    )
