"""The gateway as a process, and the bare server beside it, on the same Kafka and Cassandra."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from aiohttp import ClientSession

from bench.listening import listening
from deploy.local.ports import free_ports
from tests.integration.running import running
from tests.unlimited import WITHOUT_LIMITS

KEY = "a key of a measurement that is long enough"


@dataclass(frozen=True)
class Servers:
    """Their addresses, without a slash."""

    gateway: str
    bare: str


@asynccontextmanager
async def both(
    kafka_url: str, cassandra_hosts: str, home: Path, told: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Servers]:
    """`told`: more of the gateway's environment."""
    ours, bare = free_ports(2)
    environment = environment_of(kafka_url, cassandra_hosts, home / "archives", ours)
    environment = {**environment, **told}
    async with running("gateway", environment, home):
        page = await _bytes_of(f"http://127.0.0.1:{ours}/")
        async with _bare_one(bare, page, environment):
            yield Servers(f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{bare}")


def environment_of(kafka_url: str, cassandra_hosts: str, archives: Path, port: int) -> Mapping[str, str]:
    return {
        "AID_KAFKA_URL": kafka_url,
        "AID_CASSANDRA_HOSTS": cassandra_hosts,
        "AID_ARCHIVES": archives.as_uri(),
        "AID_SECRET_KEYS": KEY,
        "AID_ADDRESS_KEY": KEY,
        **WITHOUT_LIMITS,
        "AID_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "AID_WEB_HOST": "127.0.0.1",
        "AID_WEB_PORT": str(port),
    }


async def _bytes_of(url: str) -> int:
    async with ClientSession() as session, session.get(url) as answer:
        return len(await answer.read())


@asynccontextmanager
async def _bare_one(port: int, page: int, environment: Mapping[str, str]) -> AsyncIterator[None]:
    command = (sys.executable, "-m", "bench.gateway.bare", str(port), str(page))
    server = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment})
    try:
        await listening(port)
        yield
    finally:
        server.kill()
        await server.wait()
