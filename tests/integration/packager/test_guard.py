"""Whatever an address looks like and wherever it leads, the server that must not be reached counts no connection."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from services.packager.bodies import Body
from services.packager.downloads import DownloadLimits, Downloads, guarded_session
from services.packager.fetching import Fetcher
from services.packager.guard import PORTS, Guard
from services.packager.refusals import RefusedError
from services.packager.slots import Slots
from shared.refusals import Refusal
from tests.integration.packager.raw_server import RawServer, raw_server, says
from tests.unit.packager.samples import a_candidate

pytestmark = pytest.mark.integration

LIMITS = DownloadLimits(connect=2.0, idle=1.0, total=3.0)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"
ALLOWED = "127.0.4.1"

HOSTS = (
    *(
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
    ),
    *("0.0.0.0", "0", "0x0", "localhost", "localhost.", "LOCALHOST", "ip6-localhost", socket.gethostname()),  # noqa: S104
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::1%25lo]"),
    *("[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]"),
    # digits and dots that IDNA turns into 127.0.0.1
    *("\uff11\uff12\uff17.\uff10.\uff10.\uff11", "127\u30020\u30020\u30021", "\u2460\u2461\u2466.0.0.1"),
    *("\u0661\u0662\u0667.0.0.1", "%31%32%37.0.0.1", "127%2e0%2e0%2e1", "127.0.0.1%00.pictures.example"),
    *(
        "pictures.example@127.0.0.1",
        "user:secret@127.0.0.1",
        "pictures.example\\@127.0.0.1",
        "pictures.example#@127.0.0.1",
    ),
)


@dataclass
class Secrets:
    """Servers on both loopbacks, on a port the guard would let pass."""

    port: int
    servers: list[RawServer]

    @property
    def connections(self) -> int:
        return sum(server.connections for server in self.servers)


@pytest.fixture
async def secrets() -> AsyncIterator[Secrets]:
    async with AsyncExitStack() as stack:
        port = next(port for port in sorted(PORTS, reverse=True) if _is_free(port))
        hosts = ["127.0.0.1", "::1"] if socket.has_ipv6 and _has_loopback_6() else ["127.0.0.1"]
        servers = [await stack.enter_async_context(raw_server(says(OK), host, port)) for host in hosts]
        yield Secrets(port, servers)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _has_loopback_6() -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


class Names(AbstractResolver):
    """Answers each question with the next of these lists of addresses."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = cycle(answers)

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the library's signature
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in next(self._answers)
        ]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def a_fetcher(
    folder: Path, *holes: tuple[str, int], names: AbstractResolver | None = None
) -> AsyncIterator[Fetcher]:
    resolver = None if names is None else lambda: names
    async with guarded_session(Guard(holes), user_agent="Test/1", resolver=resolver) as session:
        yield Fetcher(
            downloads=Downloads(session, LIMITS),
            slots=Slots(total=64, per_host=64),
            new_body=partial(Body, in_memory=1000, folder=folder),
            seconds=LIMITS.total,
        )


async def outcome(fetcher: Fetcher, url: str) -> Refusal | bytes:
    try:
        async with await fetcher.fetch(a_candidate(url=url)) as fetched:
            return bytes(fetched.body.bytes())
    except RefusedError as refused:
        return refused.reason


async def test_the_forbidden_server_would_be_reached_through_a_hole(secrets: Secrets, tmp_path: Path) -> None:
    async with a_fetcher(tmp_path, ("127.0.0.1", secrets.port)) as fetcher:
        assert await outcome(fetcher, f"http://127.0.0.1:{secrets.port}/") == b"secret"

    assert secrets.connections == 1


async def test_no_way_to_write_this_machine_reaches_it(secrets: Secrets, tmp_path: Path) -> None:
    async with a_fetcher(tmp_path) as fetcher:
        urls = [f"{scheme}://{host}:{secrets.port}/" for host in HOSTS for scheme in ("http", "https")]
        outcomes = await asyncio.gather(*(outcome(fetcher, url) for url in urls))

    assert secrets.connections == 0
    assert set(outcomes) <= {Refusal.FORBIDDEN_ADDRESS, Refusal.UNREACHABLE}
    assert outcomes[0] is Refusal.FORBIDDEN_ADDRESS


async def test_no_redirect_reaches_it(secrets: Secrets, tmp_path: Path) -> None:
    statuses = cycle([301, 302, 303, 307, 308])
    pointing = [_pointing_at(next(statuses), f"http://{host}:{secrets.port}/") for host in HOSTS]
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(raw_server(says(answer), ALLOWED)) for answer in pointing]
        fetcher = await stack.enter_async_context(a_fetcher(tmp_path, *((ALLOWED, server.port) for server in servers)))

        outcomes = await asyncio.gather(*(outcome(fetcher, server.url(host=ALLOWED)) for server in servers))

        assert all(server.requests for server in servers)
    assert secrets.connections == 0
    assert set(outcomes) <= {Refusal.FORBIDDEN_ADDRESS, Refusal.UNREACHABLE}


def _pointing_at(status: int, url: str) -> bytes:
    head = f"HTTP/1.1 {status} There\r\nLocation: {url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    return head.encode()


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["127.0.0.1", "::1"], ["0.0.0.0"]])  # noqa: S104
async def test_no_name_leads_to_it(addresses: list[str], secrets: Secrets, tmp_path: Path) -> None:
    async with a_fetcher(tmp_path, names=Names(addresses)) as fetcher:
        reason = await outcome(fetcher, f"http://pictures.example:{secrets.port}/")

    assert reason is Refusal.FORBIDDEN_ADDRESS
    assert secrets.connections == 0


async def test_a_name_that_changes_its_address_does_not_lead_to_it(secrets: Secrets, tmp_path: Path) -> None:
    names = Names([ALLOWED], ["127.0.0.1"])
    async with AsyncExitStack() as stack:
        moved = _pointing_at(302, f"http://second.example:{secrets.port}/")
        await stack.enter_async_context(raw_server(says(moved), ALLOWED, secrets.port))
        fetcher = await stack.enter_async_context(a_fetcher(tmp_path, (ALLOWED, secrets.port), names=names))

        reason = await outcome(fetcher, f"http://first.example:{secrets.port}/")

    assert reason is Refusal.FORBIDDEN_ADDRESS
    assert secrets.connections == 0


async def test_of_several_addresses_only_those_that_may_be_are_connected_to(secrets: Secrets, tmp_path: Path) -> None:
    names = Names(["127.0.0.1", "::1", ALLOWED, "169.254.169.254"])
    async with AsyncExitStack() as stack:
        allowed = await stack.enter_async_context(raw_server(says(OK), ALLOWED, secrets.port))
        fetcher = await stack.enter_async_context(a_fetcher(tmp_path, (ALLOWED, secrets.port), names=names))

        assert await outcome(fetcher, f"http://pictures.example:{secrets.port}/") == b"secret"

        assert allowed.connections == 1
    assert secrets.connections == 0
