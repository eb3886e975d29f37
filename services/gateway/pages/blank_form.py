"""The empty form, drawn once for each time it suggests: those who come see the same, but for the nonce."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_string

from services.gateway.asking.times import soon
from services.gateway.desk import DESK
from services.gateway.pages.form_page import form_context

_NONCE = "the nonce goes here"


class BlankForm:
    """The page in halves, with room for a nonce: one holds nothing that HTML would write otherwise."""

    def __init__(self) -> None:
        self._suggested: datetime | None = None
        self._halves = (b"", b"")

    def with_nonce(self, nonce: str, suggested: datetime, draw: Callable[[str], str]) -> bytes:
        """UTF-8. `draw` makes the page with this nonce, and that time suggested."""
        if suggested != self._suggested:
            before, _, after = draw(_NONCE).encode().partition(_NONCE.encode())
            self._suggested, self._halves = suggested, (before, after)
        return nonce.encode().join(self._halves)


BLANK_FORM = web.AppKey("blank_form", BlankForm)


async def show_form(request: web.Request) -> web.Response:
    desk = request.app[DESK]

    def draw(nonce: str) -> str:
        return render_string("form.html", request, form_context(desk, nonce=nonce))

    page = request.app[BLANK_FORM].with_nonce(desk.nonces.issue(), soon(desk.now()), draw)
    return web.Response(body=page, content_type="text/html", charset="utf-8")
