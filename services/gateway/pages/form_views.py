"""The pages' routes: parse, call, respond."""

from datetime import datetime

from aiohttp import web

from services.gateway.asking import fields
from services.gateway.asking.forms import Reading, read_form
from services.gateway.asking.nonces import StaleFormError
from services.gateway.desk import DESK, Desk
from services.gateway.jobs.accepting import accept_at
from services.gateway.jobs.submissions import Accepted, FormRefusedError, JobOverError
from services.gateway.limits.crowds import CLIENT
from services.gateway.limits.quotas import TooManyError
from services.gateway.pages.form_page import form_page
from services.gateway.pages.status_page import CLOCK, TWICE
from services.gateway.web.bodies import form_pairs
from services.gateway.web.problems import problem_of, tell_operator
from shared.errors import DependencyAwayError
from shared.filterwords import fields_of

NONCE = "nonce"


async def submit_form(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    pairs, now = await form_pairs(request), desk.now()
    reading = read_form(pairs, now=now, limits=desk.limits, forgive_zone=True, also=(NONCE,))
    signed = _nonce_of(desk, reading)
    try:
        accepted = await _accept(request, reading, signed, now)
    except (StaleFormError, JobOverError) as error:
        return form_page(request, typed=reading.typed, problem=problem_of(error))
    except (FormRefusedError, TooManyError, DependencyAwayError) as error:
        tell_operator(error)
        # With its nonce kept, sending it again is the same request again.
        return form_page(request, typed=reading.typed, nonce=signed, problem=problem_of(error))
    path = f"/jobs/{desk.links.status_token(accepted.job_id)}"
    # Not raised: an exception for each accepted job would cost more than reading its form.
    return web.Response(status=303, headers={"Location": f"{path}?{CLOCK}={TWICE}" if accepted.form.twice else path})


def _nonce_of(desk: Desk, reading: Reading) -> str | None:
    """A form without one gets one before it is sent on, so that the form that comes back is the same request."""
    return reading.typed.get(NONCE) or (None if reading.problems else desk.nonces.issue())


async def _accept(request: web.Request, reading: Reading, signed_nonce: str | None, now: datetime) -> Accepted:
    desk = request.app[DESK]
    nonce = desk.nonces.read(signed_nonce) if signed_nonce else None
    return await accept_at(desk, reading, nonce, client=request[CLIENT], now=now)


async def show_retry(request: web.Request) -> web.Response:
    """Filled in and nothing more: mail scanners follow links."""
    wish = request.app[DESK].links.read_retry(request.match_info["retry"])
    typed = {fields.QUERY: wish.query, fields.IMAGES: str(wish.images), **fields_of(wish.filters)}
    return form_page(request, typed=typed)
