"""A job as it goes, for programs."""

from aiohttp import web

from services.gateway.api.documents import document_of
from services.gateway.desk import DESK
from services.gateway.live.looks import look_at
from services.gateway.live.streams import Telling, stream
from services.gateway.web.problems import tell_operator


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
            tell_operator=tell_operator,
        ),
    )
