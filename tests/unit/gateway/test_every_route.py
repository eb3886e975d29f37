"""What holds for every route, whatever becomes of a request to it."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from services.gateway.app import build_web
from services.gateway.asking.fields import FieldError
from services.gateway.desk import DESK, Desk
from services.gateway.jobs.changes import TimeFixedError
from services.gateway.jobs.statuses import LinkExpiredError
from services.gateway.jobs.submissions import FormRefusedError
from services.gateway.limits.quotas import Rule, TooManyError
from services.gateway.web.bodies import MalformedRequestError
from services.gateway.web.headers import SECURITY
from services.gateway.web.problem_answers import Handler
from services.gateway.web.serving import serving_web
from shared.errors import BadLinkError, DependencyAwayError
from tests.unit.gateway.routes import Route, every_route
from tests.unit.gateway.site import a_desk, visiting

ROUTES = every_route()
POSTS = [route for route in ROUTES if route.method == "POST"]

SECRET = "secret text"

OUTCOMES: dict[int, Callable[[], web.Response | Exception]] = {
    200: lambda: web.Response(text="fine"),
    303: lambda: web.HTTPSeeOther("/"),
    304: lambda: web.Response(status=304),
    400: lambda: MalformedRequestError("json_malformed"),
    403: web.HTTPForbidden,
    404: lambda: BadLinkError(SECRET),
    405: lambda: web.HTTPMethodNotAllowed("PUT", ["GET"]),
    408: web.HTTPRequestTimeout,
    409: lambda: TimeFixedError(SECRET),
    410: lambda: LinkExpiredError(SECRET),
    413: lambda: web.HTTPRequestEntityTooLarge(1, 2),
    415: web.HTTPUnsupportedMediaType,
    422: lambda: FormRefusedError({"email": FieldError("email", "email_required")}),
    429: lambda: TooManyError(Rule.CLIENT, timedelta(seconds=1)),
    500: lambda: RuntimeError(SECRET),
    503: lambda: DependencyAwayError("kafka", SECRET),
}


class Ending:
    """What every request comes to instead of being handled."""

    status = 200

    @web.middleware
    async def instead(self, request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: ARG002 - aiohttp's
        outcome = OUTCOMES[self.status]()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def ending() -> Ending:
    return Ending()


@pytest.fixture
async def visitor(tmp_path: Path, ending: Ending) -> AsyncIterator[ClientSession]:
    app = build_web(a_desk(tmp_path, public_url="https://pictures.example"))
    app.middlewares.append(ending.instead)
    async with serving_web(app, "127.0.0.1", 0) as port, ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session


@pytest.mark.parametrize("status", OUTCOMES)
async def test_every_answer_of_every_route_carries_every_header(
    visitor: ClientSession, ending: Ending, status: int
) -> None:
    ending.status = status
    for route in ROUTES:
        async with visitor.request(route.method, route.path, allow_redirects=False) as answer:
            text = await answer.text()

        assert answer.status == status, route
        assert {name: answer.headers.getall(name) for name in SECURITY} == {n: [v] for n, v in SECURITY.items()}, route
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", route
        assert answer.headers["Cache-Control"] in ("no-store", "no-cache"), route
        assert answer.headers["X-Request-Id"], route
        assert SECRET not in text, route
        if status >= 400:
            assert answer.headers["X-Request-Id"] in text, route
            assert answer.content_type == ("application/problem+json" if route.is_api else "text/html"), route


async def test_files_of_ours_carry_them_and_so_does_saying_that_they_are_the_same(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        for route in (each for each in ROUTES if each.path.startswith("/static/")):
            async with visitor.get(route.path) as answer:
                known = {"If-None-Match": answer.headers["ETag"]}
                whole = dict(answer.headers)
            async with visitor.get(route.path, headers=known) as answer:
                same = dict(answer.headers)

            assert (answer.status, SECURITY.items() <= same.items()) == (304, True)
            assert SECURITY.items() <= whole.items()


class Broken:
    """A desk with nothing on it but what its end needs."""

    def __init__(self, whole: Desk) -> None:
        self.feed = whole.feed

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(SECRET)


NEED_NO_DESK = {"api_page", "api_openapi", "icon", "static", "bootstrap"}


async def test_a_fault_in_any_handler_is_an_answer_without_its_text(desk: Desk) -> None:
    app = build_web(desk)
    app[DESK] = cast("Desk", Broken(desk))
    async with serving_web(app, "127.0.0.1", 0) as port, ClientSession() as session:
        for route in (each for each in ROUTES if each.name not in NEED_NO_DESK):
            with capture_logs() as logs:
                url = f"http://127.0.0.1:{port}{route.path}"
                async with session.request(route.method, url, **route.body) as answer:  # type: ignore[arg-type]
                    text = await answer.text()

            assert answer.status == 500, route
            assert SECRET not in text, route
            assert answer.headers["X-Request-Id"] in text, route
            failed = [entry for entry in logs if entry["event"] == "request_failed"]
            assert [str(entry["exc_info"]) for entry in failed] == [SECRET], route


ORIGINS = [
    ({}, True),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": ""}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "https://pictures.example"}, False),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
    ({"Origin": "https://pictures.example"}, True),
    ({"Origin": "https://pictures.example.evil.example"}, False),
    ({"Origin": "http://pictures.example"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
]


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.name)
async def test_another_site_can_post_nothing_but_what_names_its_own_secret(
    visitor: ClientSession, route: Route
) -> None:
    """The API takes JSON, which no form can send, or an address that nobody else knows."""
    for headers, allowed in ORIGINS:
        async with visitor.post(route.path, headers=headers) as answer:
            assert answer.status == (200 if allowed or route.is_api else 403), headers


async def test_reading_changes_nothing_so_that_it_may_come_from_anywhere(visitor: ClientSession) -> None:
    for route in (each for each in ROUTES if each.method == "GET"):
        async with visitor.get(route.path, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
            assert answer.status == 200, route


async def test_whoever_asks_what_can_be_done_at_an_address_is_told(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        for route in ROUTES:
            async with visitor.options(route.path) as answer:
                assert (answer.status, route.method in answer.headers["Allow"]) == (204, True), route


@pytest.mark.parametrize("path", ["/metrics", "/livez", "/readyz", "/healthz", "/debug"])
async def test_the_operators_pages_are_not_for_everybody(desk: Desk, path: str) -> None:
    async with visiting(desk) as visitor, visitor.get(path) as answer:
        assert answer.status == 404
