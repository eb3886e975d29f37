"""Whatever an address looks like, the server that must not be reached counts no connection."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.packager.fetchers import guarded_fetcher
from services.packager.settings import Settings
from shared.refusals import Refusal
from tests.integration.packager.forbidden import (
    ALLOWED,
    OK,
    Names,
    Secrets,
    Watched,
    WatchedGuard,
    secret_servers,
    watched,
)
from tests.integration.packager.probes import ELSEWHERE, LOOPBACK, NOT_THE_WEB, WRONG_PORTS
from tests.integration.packager.raw_server import raw_server, says
from tests.unit.packager.samples import a_candidate
from tests.unit.packager.scene import Scene

pytestmark = pytest.mark.integration

WORST = Names(["127.0.0.1"])
"""Resolves whatever it is asked to this machine, as some system resolvers do with `0x7f.1`."""


@pytest.fixture
async def secrets() -> AsyncIterator[Secrets]:
    async with secret_servers() as secrets:
        yield secrets


async def outcomes(by: Watched, urls: Sequence[str]) -> dict[str, Refusal | bytes]:
    return dict(zip(urls, await asyncio.gather(*map(by.outcome, urls)), strict=True))


def all_forbidden(urls: Sequence[str]) -> dict[str, Refusal | bytes]:
    return dict.fromkeys(urls, Refusal.FORBIDDEN_ADDRESS)


async def test_the_forbidden_server_would_be_reached_through_a_hole(secrets: Secrets, tmp_path: Path) -> None:
    async with watched(tmp_path, ("127.0.0.1", secrets.port)) as fetching:
        assert await fetching.outcome(f"http://127.0.0.1:{secrets.port}/") == b"secret"

    assert secrets.connections == 1
    assert fetching.guard.passed == ["127.0.0.1"]


def test_there_are_probes_enough() -> None:
    assert len({*LOOPBACK, *ELSEWHERE, *NOT_THE_WEB}) + len(WRONG_PORTS) > 100


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_way_to_write_it_reaches_it(scheme: str, secrets: Secrets, tmp_path: Path) -> None:
    urls = [f"{scheme}://{host}:{secrets.port}/" for host in (*LOOPBACK, *ELSEWHERE)]
    async with watched(tmp_path, names=WORST) as fetching:
        assert await outcomes(fetching, urls) == all_forbidden(urls)

    assert (secrets.connections, fetching.guard.passed) == (0, [])


async def test_no_way_to_write_this_machine_reaches_it_by_the_real_resolver(secrets: Secrets, tmp_path: Path) -> None:
    async with watched(tmp_path) as fetching:
        came = await outcomes(fetching, [f"http://{host}:{secrets.port}/" for host in LOOPBACK])

    assert (secrets.connections, fetching.guard.passed) == (0, [])
    assert set(came.values()) <= {Refusal.FORBIDDEN_ADDRESS, Refusal.UNREACHABLE}


async def test_only_the_ports_of_the_web_are_connected_to(tmp_path: Path) -> None:
    urls = [f"http://{host}:{port}/" for host in ("8.8.8.8", "public.example") for port in WRONG_PORTS]
    async with watched(tmp_path, names=Names(["8.8.8.8"])) as fetching:
        assert await outcomes(fetching, urls) == all_forbidden(urls)

    assert fetching.guard.passed == []


async def test_only_http_is_spoken(tmp_path: Path) -> None:
    async with watched(tmp_path, names=WORST) as fetching:
        assert await outcomes(fetching, NOT_THE_WEB) == all_forbidden(NOT_THE_WEB)

    assert fetching.guard.passed == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["127.0.0.1", "::1"],
        ["0.0.0.0"],  # noqa: S104
        ["10.0.0.1", "169.254.169.254", "::1", "fe80::1"],
    ],
)
async def test_no_name_leads_to_it(addresses: list[str], secrets: Secrets, tmp_path: Path) -> None:
    async with watched(tmp_path, names=Names(addresses)) as fetching:
        reason = await fetching.outcome(f"http://pictures.example:{secrets.port}/")

    assert reason is Refusal.FORBIDDEN_ADDRESS
    assert (secrets.connections, fetching.guard.passed) == (0, [])


async def test_of_several_addresses_only_those_that_may_be_are_connected_to(secrets: Secrets, tmp_path: Path) -> None:
    names = Names(["127.0.0.1", "::1", ALLOWED, "169.254.169.254"])
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(raw_server(says(OK), ALLOWED, secrets.port))
        fetching = await stack.enter_async_context(watched(tmp_path, (ALLOWED, secrets.port), names=names))

        assert await fetching.outcome(f"http://pictures.example:{secrets.port}/") == b"secret"

    assert (secrets.connections, fetching.guard.passed) == (0, [ALLOWED])


async def test_what_the_environment_says_changes_no_way(
    secrets: Secrets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(f"machine {ALLOWED} login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{secrets.port}")
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(raw_server(says(OK), ALLOWED))
        fetching = await stack.enter_async_context(watched(tmp_path, (ALLOWED, server.port)))

        assert await fetching.outcome(server.url(host=ALLOWED)) == b"secret"
        assert await fetching.outcome("http://10.0.0.1/") is Refusal.FORBIDDEN_ADDRESS

    assert (secrets.connections, fetching.guard.passed) == (0, [ALLOWED])
    assert "authorization" not in server.requests[0].lower()


def test_the_names_of_hosts_take_no_thread(tmp_path: Path) -> None:
    async def threads_of_a_look_up() -> list[threading.Thread]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="resolving"))
        async with watched(tmp_path) as fetching:
            assert await fetching.outcome("http://localhost/") is Refusal.FORBIDDEN_ADDRESS
        return [thread for thread in threading.enumerate() if thread.name.startswith("resolving")]

    assert asyncio.run(threads_of_a_look_up()) == []


def settings_with(folder: Path, *holes: str) -> Settings:
    return Settings(
        kafka_url="127.0.0.1:1",
        cassandra_hosts="127.0.0.1:1",
        archives=folder.as_uri(),
        allowed_private_addresses=",".join(holes),
    )


async def test_a_hosts_rules_are_asked_for_behind_the_same_guard(secrets: Secrets, tmp_path: Path) -> None:
    away = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{secrets.port}/\r\nContent-Length: 0\r\n\r\n".encode()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(raw_server(says(away), ALLOWED))
        settings = settings_with(tmp_path, f"{ALLOWED}:{server.port}")
        fetching = Watched(WatchedGuard(), await stack.enter_async_context(guarded_fetcher(settings)))

        urls = [server.url(host=ALLOWED), f"http://127.0.0.1:{secrets.port}/a.jpg"]
        assert await outcomes(fetching, urls) == all_forbidden(urls)

    assert secrets.connections == 0
    assert [request.split()[1] for request in server.requests] == ["/robots.txt"]


@pytest.mark.parametrize("open_to_it", [False, True])
async def test_thumbnails_are_fetched_behind_the_same_guard(open_to_it: bool, secrets: Secrets, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        gone = await stack.enter_async_context(raw_server(says(b"HTTP/1.1 410 Gone\r\n\r\n"), ALLOWED))
        holes = [(ALLOWED, gone.port), *([("127.0.0.1", secrets.port)] if open_to_it else [])]
        fetching = await stack.enter_async_context(watched(tmp_path, *holes))
        scene = Scene(1, [])
        small = f"http://127.0.0.1:{secrets.port}/small.jpg"
        scene.images = [a_candidate(url=gone.url(host=ALLOWED), thumbnail=small)]

        await scene.run(fetching.fetcher)

    assert secrets.connections == open_to_it
    assert scene.collection.refused == {Refusal.GONE: 1}
