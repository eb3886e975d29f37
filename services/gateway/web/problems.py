"""Everything that goes wrong in a request: what each error tells a person, a program and the operator."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog
from aiohttp import web
from prometheus_client import Counter

from services.gateway.archives.handing import ArchiveMissingError
from services.gateway.asking.fields import FieldError
from services.gateway.asking.nonces import StaleFormError
from services.gateway.jobs.changes import ChangeUnconfirmedError, TimeFixedError, TimeRefusedError
from services.gateway.jobs.statuses import LinkExpiredError
from services.gateway.jobs.submissions import FormRefusedError, JobOverError, JobUnconfirmedError
from services.gateway.limits.quotas import SAID, Rule, TooManyError
from services.gateway.live.feed import TooManyStreamsError
from services.gateway.web.bodies import ACCEPT_POST, MALFORMED, MalformedRequestError
from shared.errors import BadLinkError, DependencyAwayError

log = structlog.get_logger()

RATE_LIMITED = Counter("aid_rate_limited_total", "Requests refused because there were too many", ["rule"])
for _rule in ("client_jobs", "client_requests", "client_changes", "client_streams", *(set(Rule) - {Rule.CLIENT})):
    RATE_LIMITED.labels(str(_rule))
AWAY = Counter("aid_requests_in_vain_total", "Requests that could not be served, by what was away", ["dependency"])
for _dependency in ("cassandra", "kafka", "archives"):
    AWAY.labels(_dependency)

_RETRY_AFTER = {"Retry-After": "30"}


@dataclass(frozen=True)
class Problem:
    """`detail` is a sentence for a person, `advice` for a program's author; `code` is the same in every language."""

    status: int
    code: str
    detail: str
    fields: Mapping[str, FieldError] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    advice: str = ""

    @property
    def heading(self) -> str:
        """Of the page that tells it."""
        too_many = self.status == web.HTTPTooManyRequests.status_code
        return "Too many requests for now" if too_many else "Sorry, something went wrong!!"


_BY_STATUS = {
    403: Problem(403, "forbidden", "This is not allowed"),
    404: Problem(404, "not_found", "There is nothing at this address"),
    405: Problem(405, "method_not_allowed", "This can not be done at this address"),
    408: Problem(408, "too_slow", "The request took too long to arrive"),
    413: Problem(413, "too_large", "The request is too large"),
    415: Problem(415, "unsupported_media_type", "A request of this kind can not be read here"),
    417: Problem(417, "refused", "This request can not be answered"),
}

_BY_KIND: Mapping[type[Exception], Problem] = {
    StaleFormError: Problem(422, "form_too_old", "This form was open for too long. Please send it again"),
    BadLinkError: Problem(404, "link_invalid", "This is an invalid link"),
    LinkExpiredError: Problem(410, "link_expired", "Link has expired. This is an invalid link now."),
    JobOverError: Problem(
        410,
        "job_over",
        "You have asked for this before, and it is deleted by now. Send the form again for a new job",
        advice="With another Idempotency-Key it is a new job.",
    ),
    TimeFixedError: Problem(409, "time_fixed", "The job has begun or ended. Its time can not be changed any more"),
    TooManyStreamsError: Problem(
        503,
        "too_many_streams",
        "Too many follow their jobs here at the moment. Please look again in half a minute",
        headers=_RETRY_AFTER,
        advice="The job itself can be read as ever, also with If-None-Match.",
    ),
    JobUnconfirmedError: Problem(
        503,
        "job_unconfirmed",
        "We could not confirm your job. Sending this form again is safe: it will be one job",
        headers=_RETRY_AFTER,
        advice="The job may run all the same. Sent again with the same Idempotency-Key it is one job; without, two.",
    ),
    ChangeUnconfirmedError: Problem(
        503,
        "change_unconfirmed",
        "We could not confirm that what you asked will be done. Asking again in half a minute is safe",
        headers=_RETRY_AFTER,
    ),
    ArchiveMissingError: Problem(
        503,
        "archive_missing",
        "Your pictures are packed, but at the moment we can not find them. The fault is on our side, and we know of it."
        " Please try again in a while; if it stays so, ask for them once more",
        headers=_RETRY_AFTER,
    ),
    DependencyAwayError: Problem(
        503,
        "unavailable",
        "We can not do this at the moment. Please try again in half a minute",
        headers=_RETRY_AFTER,
    ),
}

_FIELDS = Problem(422, "fields_wrong", "Some fields need another value")
_INTERNAL = Problem(500, "internal", "The fault is on our side")


def too_many(rule: Rule) -> str:
    """Its code."""
    return f"too_many_requests_{rule}"


KNOWN = {
    problem.code: problem
    for problem in (
        *(Problem(400, code, text) for code, text in MALFORMED.items()),
        *_BY_STATUS.values(),
        *_BY_KIND.values(),
        *(Problem(429, too_many(rule), sentence) for rule, sentence in SAID.items()),
        _FIELDS,
        _INTERNAL,
    )
}
"""By code."""


def problem_of(error: Exception) -> Problem:
    """What to tell about an error; never the text of one that is not meant for people."""
    if isinstance(error, FormRefusedError | TimeRefusedError):
        return replace(_FIELDS, fields=error.problems)
    if isinstance(error, TooManyError):
        wait = {"Retry-After": str(error.seconds)}
        return Problem(429, too_many(error.rule), error.sentence, headers=wait)
    if isinstance(error, MalformedRequestError):
        return KNOWN[error.code]
    if isinstance(error, web.HTTPException):
        return _of_http(error)
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return _BY_STATUS[404]  # of a static file, which aiohttp looks for unseen
    return next((problem for kind, problem in _BY_KIND.items() if isinstance(error, kind)), _INTERNAL)


def _of_http(error: web.HTTPException) -> Problem:
    known = _BY_STATUS.get(error.status) or replace(_BY_STATUS[417], status=error.status)
    instead = {name: text for name, text in error.headers.items() if name in ("Allow", ACCEPT_POST)}
    kind = instead.get(ACCEPT_POST)
    advice = f"It has to be {kind}, in UTF-8 and not packed." if kind else known.advice
    return replace(known, headers=instead, advice=advice)


def tell_operator(error: Exception) -> None:
    """Of what is wrong on our side, or too much; what people send wrongly stands in the access log."""
    if isinstance(error, DependencyAwayError):
        AWAY.labels(error.dependency).inc()
        log.warning("dependency_away", dependency=error.dependency, detail=str(error))
    elif isinstance(error, TooManyError):
        RATE_LIMITED.labels(error.name).inc()
        log.info("rate_limited", rule=error.name)
    elif problem_of(error) is _INTERNAL:
        log.error("request_failed", exc_info=error)
