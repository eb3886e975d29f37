"""What open status pages cost a gateway: memory and processor time without them and with them, and how soon they know.

A gateway as a process, and so many streams of as many jobs that wait for their time, as open status pages hold them;
then some of them start. The limit: 150 MiB with 500 pages.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from aiohttp import ClientSession, ClientTimeout, StreamReader, TCPConnector

from bench.gateway.servers import KEY, environment_of
from deploy.local.ports import free_ports
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.events import JobStarted
from shared.kafkaaccess import KafkaAccess
from shared.links import Links
from shared.publisher import Publisher
from tests.integration.running import running

STARTED = 50
_INSERT = (
    "INSERT INTO jobs (job_id, state, run, version, query, images, due_at) VALUES (?, ?, 0, ?, 'red pandas', 145, ?)"
)


@dataclass(frozen=True)
class Process:
    pid: int

    @property
    def mebibytes(self) -> float:
        """In memory now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def seconds(self) -> float:
        """Of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def report(self, title: str, seconds: float) -> None:
        before = self.seconds
        await asyncio.sleep(seconds)
        load = (self.seconds - before) / seconds
        print(f"{title}: {self.mebibytes:.0f} MiB, {load:.1%} of a processor over {seconds:.0f} s")


@asynccontextmanager
async def opened(site: str, jobs: list[UUID]) -> AsyncIterator[dict[UUID, StreamReader]]:
    """Their pages' streams, each told how its job fares."""
    links = Links((KEY,), site)
    async with (
        AsyncExitStack() as stack,
        ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)) as session,
    ):
        streams = {}
        for job_id in jobs:
            path = urlsplit(links.status(job_id)).path
            answer = await stack.enter_async_context(session.get(f"{site}{path}/events"))
            answer.raise_for_status()
            streams[job_id] = answer.content
        await asyncio.gather(*map(told, streams.values()))
        yield streams


async def told(stream: StreamReader) -> float:
    """When the next event came; comments are passed over."""
    while (await stream.readuntil(b"\r\n\r\n")).startswith(b":"):
        pass
    return time.monotonic()


async def put(cassandra: Cassandra, job_id: UUID, state: str, version: int) -> None:
    await cassandra.execute(_INSERT, (job_id, state, version, datetime.now(UTC) + timedelta(days=1)))


async def delays(cassandra: Cassandra, publisher: Publisher, streams: dict[UUID, StreamReader]) -> list[float]:
    """Milliseconds from the moment a job's start is in Kafka until its page is told, one job after the other."""
    taken = []
    for job_id, stream in list(streams.items())[:STARTED]:
        await put(cassandra, job_id, "running", 2)
        await publisher.publish(JobStarted(job_id=job_id, run=1, sequence=2))
        began = time.monotonic()
        taken.append((await told(stream) - began) * 1000)
    return sorted(taken)


async def rows(pages: int, seconds: float, kafka_url: str, cassandra_hosts: str, home: Path) -> None:
    (port,) = free_ports(1)
    site = f"http://127.0.0.1:{port}"
    cassandra = await Cassandra.connect(CassandraAccess(cassandra_hosts), "aid")
    publisher = await Publisher.connect(KafkaAccess(kafka_url), source="bench")
    jobs = [uuid4() for _ in range(pages)]
    for job_id in jobs:
        await put(cassandra, job_id, "scheduled", 1)
    async with running("gateway", environment_of(kafka_url, cassandra_hosts, home / "archives", port), home) as gateway:
        process = Process(gateway.pid)
        await process.report("no page is open", seconds / 2)
        async with opened(site, jobs) as streams:
            await process.report(f"{pages} pages are open", seconds)
            taken = await delays(cassandra, publisher, streams)
            print(f"told of a start: median {median(taken):.0f} ms, at most {taken[-1]:.0f} ms after Kafka has it")
            print(f"and then: {process.mebibytes:.0f} MiB")
    await publisher.close()
    await cassandra.close()
