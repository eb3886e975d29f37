"""What a job costs each part of the system: processor time, memory, bytes in Kafka and Cassandra, an archive's bytes.

`python -m bench.footprint [--engine bing] [--pictures 100 500] [--jobs 12] [--pending 3000]`: the whole system on
loopback, one process of each service, jobs due one after the other. Kafka's bytes are those of its log files;
Cassandra's those of the tables' files after a flush, compressed as they lie on the disk.
"""

import argparse
import asyncio
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.scaling.crew import Crew, crew, seconds_of
from bench.scaling.site import Site, a_site
from deploy.local.artefacts import cassandra_jars
from deploy.local.nodetool import Nodetool
from deploy.local.ports import free_ports
from deploy.local.processes import Processes
from shared.events import MailKind, MailSent

SERVICES = ("gateway", "scheduler", "scraper", "packager", "notifier")
SERVERS = ("kafka", "cassandra")
BETWEEN = 0.5
"""Seconds from one job to the next."""

IDLE = 15.0
"""Seconds."""


class Gauges:
    """Of one site: what was spent and written so far."""

    def __init__(self, site: Site, crews: Mapping[str, Crew], nodetool: Nodetool) -> None:
        self._site = site
        self._crews = crews
        self._nodetool = nodetool
        self._servers = {name: Processes(site.logs).pid(name) for name in SERVERS}

    def seconds(self) -> Counter[str]:
        """Of processor time."""
        services = {name: sum(each.spent()) for name, each in self._crews.items()}
        return Counter(services | {name: seconds_of(pid) for name, pid in self._servers.items()})

    def memory(self) -> dict[str, int]:
        """MiB at most, of the service's own process."""
        return {name: peak_memory(each.members[0].pid) for name, each in self._crews.items()}

    def kafka(self) -> Counter[str]:
        """Bytes by topic."""
        return _sizes(self._site.logs / "kafka" / "data", "*/*.log", r"^(.+)-\d+$")

    def cassandra(self) -> Counter[str]:
        """Bytes by table."""
        self._nodetool("flush", "aid")
        return _sizes(self._site.logs / "cassandra" / "data" / "data" / "aid", "*/*.db", r"^(.+)-[0-9a-f]+$")


def _sizes(folder: Path, pattern: str, name: str) -> Counter[str]:
    sizes = Counter[str]()
    for file in folder.glob(pattern):
        if match := re.match(name, file.parent.name):
            sizes[match[1]] += file.stat().st_size
    return sizes


def peak_memory(pid: int) -> int:
    return int(re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[0]) // 1024


async def idle(gauges: Gauges) -> Counter[str]:
    """Seconds of processor time that each part spends in one second while there is nothing to do."""
    before = gauges.seconds()
    await asyncio.sleep(IDLE)
    spent = Counter({name: (after - before[name]) / IDLE for name, after in gauges.seconds().items()})
    print("% of a processor while nothing is to do: " + _listed(spent, 100))
    return spent


async def row(site: Site, gauges: Gauges, pictures: int, told: argparse.Namespace, resting: Counter[str]) -> None:
    """What jobs cost above what the parts spend at rest."""
    cassandra, kafka, jobs = await asyncio.to_thread(gauges.cassandra), gauges.kafka(), told.jobs
    seconds, began = gauges.seconds(), time.monotonic()
    submitted = []
    for number in range(jobs):
        submitted.append(await site.wishes.submit_one(number, told.query, pictures, datetime.now(UTC)))
        await asyncio.sleep(BETWEEN)
    await site.wishes.told_of(submitted, MailSent, kind=MailKind.READY)
    elapsed = time.monotonic() - began
    after = gauges.seconds()
    spent = Counter({name: (after[name] - seconds[name] - resting[name] * elapsed) / jobs for name in after})
    print(f"{pictures} pictures, {jobs} jobs; load {os.getloadavg()[0]:.1f}")
    print("  ms of CPU a job: " + _listed(spent, 1000))
    print("  MiB at most: " + ", ".join(f"{name} {each}" for name, each in gauges.memory().items()))
    _print_bytes("Kafka", gauges.kafka() - kafka, jobs)
    _print_bytes("Cassandra", await asyncio.to_thread(gauges.cassandra) - cassandra, jobs)
    sizes = [next(site.archives.glob(f"{job.job_id}*.zip")).stat().st_size for job in submitted]
    print(f"  the archive: {sum(sizes) / jobs / 1e6:.1f} MB")


async def pending_row(site: Site, gauges: Gauges, jobs: int) -> None:
    """What one takes that waits for its time, which may be months away."""
    kafka, cassandra = gauges.kafka(), await asyncio.to_thread(gauges.cassandra)
    waiting = await site.wishes.submit(jobs, query="pandas", images=100, due_in=86_400)
    await site.wishes.scheduled(waiting)
    print(f"{jobs} jobs that wait for tomorrow")
    _print_bytes("Kafka", gauges.kafka() - kafka, jobs)
    _print_bytes("Cassandra", await asyncio.to_thread(gauges.cassandra) - cassandra, jobs)


def _listed(spent: Counter[str], times: int) -> str:
    return ", ".join(f"{name} {times * each:.0f}" for name, each in spent.items())


def _print_bytes(title: str, sizes: Counter[str], jobs: int) -> None:
    parts = ", ".join(f"{name} {size / jobs:,.0f}" for name, size in sizes.most_common() if size)
    print(f"  bytes a job in {title}: {sizes.total() / jobs:,.0f} ({parts})")


async def measure(told: argparse.Namespace, home: Path) -> None:
    (jmx_port,) = free_ports(1)
    async with a_site(home / "site", jmx_port) as site, AsyncExitStack() as stack:
        environment = {**site.environment, "AID_ENGINES": told.engine}
        crews = {name: await stack.enter_async_context(crew(name, 1, environment, site.logs)) for name in SERVICES}
        gauges = Gauges(site, crews, Nodetool(cassandra_jars(), jmx_port, home))
        resting = await idle(gauges)
        for pictures in told.pictures:
            await row(site, gauges, pictures, told, resting)
        await pending_row(site, gauges, told.pending)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="bing")
    parser.add_argument("--pictures", type=int, nargs="*", default=(100, 500))
    parser.add_argument("--jobs", type=int, default=12)
    parser.add_argument("--pending", type=int, default=3000)
    parser.add_argument("--query", default="pandas latency:on")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asyncio.run(measure(parser.parse_args(), Path(folder)))


if __name__ == "__main__":
    main()
