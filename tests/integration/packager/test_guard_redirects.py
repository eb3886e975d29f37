"""Wherever hosts send us, and whatever their names mean by then, nobody gets where the guard forbids."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path

import pytest

from shared.refusals import Refusal
from tests.integration.packager.forbidden import ALLOWED, OK, Names, Secrets, secret_servers, watched
from tests.integration.packager.probes import ELSEWHERE, LOOPBACK, NOT_THE_WEB
from tests.integration.packager.raw_server import raw_server, says

pytestmark = pytest.mark.integration

WORST = Names(["127.0.0.1"])
OUR_HEADERS = {"Host", "User-Agent", "Accept", "Accept-Encoding"}


@pytest.fixture
async def secrets() -> AsyncIterator[Secrets]:
    async with secret_servers() as secrets:
        yield secrets


def to(location: str, status: int = 302, *more: str) -> bytes:
    lines = (f"HTTP/1.1 {status} There", f"Location: {location}", "Content-Length: 0", "Connection: close", *more)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def odd(port: int) -> list[str]:
    """What browsers, libraries and people read differently; some of it leads back to where it came from."""
    there = f"127.0.0.1:{port}"
    return [
        *(f"//{there}/", f"///{there}/", f"////{there}/", f"\\\\{there}/", f"/\\{there}/", f"\\/{there}/"),
        *(f"http:\\\\{there}\\", f"http:/{there}/", f"http:{there}", f"http:///{there}/", f"http:////{there}/"),
        *(f" http://{there}/", f"\thttp://{there}/", f"HTTP://{there}/", f"hTtPs://{there}/", f"//user@{there}/"),
        *(f"http://{ALLOWED}@{there}/", f"http://{there}#@{ALLOWED}/", f"http://{there}\\@{ALLOWED}/"),
        *(
            f"http://{ALLOWED}\\@{there}/",
            f"/%0d%0aHost:%20{there}",
            f"?%0d%0aX-Injected:%20{there}",
            f"/\u010d\u010a{there}",
        ),
        *(
            f"..//{there}/",
            f"./\\{there}/",
            f"/.//{there}/",
            f";//{there}/",
            f"http://{ALLOWED}.:{port}/",
            "http://:80/",
        ),
        *(f"http://{ALLOWED}:22/", f"http://{ALLOWED}:{port}:80/", f"http://{ALLOWED}:{port} /", "http://", "//", "\\"),
        *(
            "http://metadata.google.internal/computeMetadata/v1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::",
        ),
    ]


async def test_no_redirect_leads_to_it(secrets: Secrets, tmp_path: Path) -> None:
    statuses = cycle([301, 302, 303, 307, 308])
    said = [f"http://{host}:{secrets.port}/" for host in (*LOOPBACK, *ELSEWHERE)]
    locations = [*said, *NOT_THE_WEB, *odd(secrets.port)]
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(raw_server(says(to(location, next(statuses))), ALLOWED))
            for location in locations
        ]
        holes = [(ALLOWED, server.port) for server in servers]
        fetching = await stack.enter_async_context(watched(tmp_path, *holes, names=WORST))

        came = await asyncio.gather(*(fetching.outcome(server.url(host=ALLOWED)) for server in servers))

    assert (secrets.connections, set(fetching.guard.passed)) == (0, {ALLOWED})
    assert set(came[: len(said)]) == {Refusal.FORBIDDEN_ADDRESS}
    assert set(came) <= {Refusal.FORBIDDEN_ADDRESS, Refusal.TOO_MANY_REDIRECTS, Refusal.HOST_FAILED}
    assert all(server.requests for server in servers)
    assert {name for server in servers for request in server.requests for name in headers_of(request)} == OUR_HEADERS


def headers_of(request: str) -> set[str]:
    return {line.partition(":")[0] for line in request.split("\r\n")[1:] if line}


@pytest.mark.parametrize("hops", [1, 2, 3, 5])
async def test_the_last_of_several_hops_is_looked_at_like_the_first(
    hops: int, secrets: Secrets, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        location = f"http://127.0.0.1:{secrets.port}/"
        holes: list[tuple[str, int]] = []
        for _ in range(hops):
            server = await stack.enter_async_context(raw_server(says(to(location)), ALLOWED))
            location = server.url(host=ALLOWED)
            holes.append((ALLOWED, server.port))
        fetching = await stack.enter_async_context(watched(tmp_path, *holes))

        assert await fetching.outcome(location) is Refusal.FORBIDDEN_ADDRESS

    assert (secrets.connections, fetching.guard.passed) == (0, [ALLOWED] * hops)


async def test_a_name_that_changes_its_address_does_not_lead_to_it(secrets: Secrets, tmp_path: Path) -> None:
    names = Names([ALLOWED], ["127.0.0.1"])
    async with AsyncExitStack() as stack:
        moved = to(f"http://second.example:{secrets.port}/")
        await stack.enter_async_context(raw_server(says(moved), ALLOWED, secrets.port))
        fetching = await stack.enter_async_context(watched(tmp_path, (ALLOWED, secrets.port), names=names))

        assert await fetching.outcome(f"http://first.example:{secrets.port}/") is Refusal.FORBIDDEN_ADDRESS

    assert (secrets.connections, fetching.guard.passed) == (0, [ALLOWED])


async def test_nothing_a_host_says_is_said_again_to_it_or_to_another(tmp_path: Path) -> None:
    """By name: no library keeps cookies of bare addresses."""
    async with AsyncExitStack() as stack:
        target = await stack.enter_async_context(raw_server(says(OK), ALLOWED))
        hints = ("Set-Cookie: a=b; Path=/", "WWW-Authenticate: Basic realm=x", "Refresh: 0", 'Alt-Svc: h2=":443"')
        there = to(target.url(host="pictures.example"), 302, *hints)
        source = await stack.enter_async_context(raw_server(says(there), ALLOWED))
        holes = [(ALLOWED, server.port) for server in (source, target)]
        fetching = await stack.enter_async_context(watched(tmp_path, *holes, names=Names([ALLOWED])))

        for _ in range(2):
            assert await fetching.outcome(source.url(host="pictures.example")) == b"secret"

    assert [headers_of(request) for request in (*source.requests, *target.requests)] == [OUR_HEADERS] * 4


async def test_nobody_is_greeted_by_name_and_password(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        target = await stack.enter_async_context(raw_server(says(OK), ALLOWED))
        with_user = target.url(host=f"somebody:secret@{ALLOWED}")
        source = await stack.enter_async_context(raw_server(says(to(with_user)), ALLOWED))
        fetching = await stack.enter_async_context(watched(tmp_path, (ALLOWED, source.port), (ALLOWED, target.port)))

        for url in (with_user, target.url(host=f"somebody@{ALLOWED}"), source.url(host=ALLOWED)):
            assert await fetching.outcome(url) is Refusal.FORBIDDEN_ADDRESS

    assert target.requests == []
