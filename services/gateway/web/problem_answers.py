"""The answer to what went wrong: a page for people, problem+json (RFC 9457) under /api."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog
from aiohttp import hdrs, web
from aiohttp_jinja2 import render_template

from services.gateway.archives.handing import ArchiveMissingError
from services.gateway.asking.fields import FieldError
from services.gateway.desk import DESK
from services.gateway.jobs.statuses import LinkExpiredError
from services.gateway.web.documents import ProblemDocument, WrongField, answering
from services.gateway.web.headers import REQUEST_ID, new_request_id
from services.gateway.web.problems import Problem, problem_of, tell_operator
from shared.errors import BadLinkError, DependencyAwayError
from shared.links import Wish

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LONGEST_NAME = 100


class Way(NamedTuple):
    """A link on an error page."""

    path: str
    words: str


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: whatever is raised inside becomes an answer with a request id to ask us about."""
    request[REQUEST_ID] = new_request_id()
    # Each connection has a context of its own, and its next request another id: there is nothing to put back.
    structlog.contextvars.bind_contextvars(request_id=request[REQUEST_ID])
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:  # noqa: PLR2004 - a redirect
            raise
        if isinstance(error, web.HTTPMethodNotAllowed) and request.method == hdrs.METH_OPTIONS:
            return _methods(error)
        return answer(request, problem_of(error), way_back=_way_back(request, error))
    except Exception as error:  # noqa: BLE001 - the last resort
        tell_operator(error)
        return answer(request, problem_of(error), way_back=_way_back(request, error))


def _way_back(request: web.Request, error: Exception) -> Way | None:
    if isinstance(error, LinkExpiredError):
        return Way(_retry_path(request, error.wish), "Ask for the same again") if error.wish else None
    if isinstance(error, BadLinkError):
        return None
    if request.method == "POST" and request.path.startswith("/jobs/") and "status" in request.match_info:
        return Way(f"/jobs/{request.match_info['status']}", "Back to your job")
    is_short = isinstance(error, DependencyAwayError | ArchiveMissingError)
    return Way(request.path, "Try again") if is_short and request.method == "GET" else None


def _retry_path(request: web.Request, wish: Wish) -> str:
    return f"/retry/{request.app[DESK].links.retry_token(wish)}"


def _methods(error: web.HTTPMethodNotAllowed) -> web.Response:
    """To OPTIONS: what can be done at this address, by our own pages alone."""
    return web.Response(status=204, headers={"Allow": ", ".join(sorted({*error.allowed_methods, hdrs.METH_OPTIONS}))})


def answer(request: web.Request, problem: Problem, *, way_back: Way | None = None) -> web.Response:
    """`way_back`: where to go on, besides home."""
    if request.path.startswith("/api/"):
        document = _document(problem, request[REQUEST_ID])
        response = answering(document, status=problem.status, kind="application/problem+json")
    else:
        context = {"problem": problem, "request_id": request[REQUEST_ID], "way_back": way_back}
        response = render_template("error.html", request, context, status=problem.status)
    response.headers.update(problem.headers)
    if problem.status == web.HTTPRequestTimeout.status_code:
        response.force_close()  # the rest of the body may still come
    return response


def _document(problem: Problem, request_id: str) -> ProblemDocument:
    return ProblemDocument(
        type=f"/api#{problem.code}",
        title=problem.detail,
        status=problem.status,
        code=problem.code,
        request_id=request_id,
        detail=problem.advice or None,
        errors=[_told(name, wrong) for name, wrong in problem.fields.items()] or None,
    )


def _told(name: str, wrong: FieldError) -> WrongField:
    """The name may be anything that JSON can hold."""
    readable = name.encode(errors="backslashreplace").decode()[:_LONGEST_NAME]
    return WrongField(field=readable, code=wrong.code, message=str(wrong), context=wrong.context)
