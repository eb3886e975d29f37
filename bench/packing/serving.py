"""The ZIP by the gateway and by nginx's sendfile, fetched by the same curl."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench.gateway.servers import KEY, environment_of
from bench.packing.origin import Origin
from bench.servers import provision, real_servers
from deploy.local.ports import free_ports
from shared.archives import ArchiveFile
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.links import Links
from tests.integration.running import running

BYTES = 200 * 1024 * 1024


async def row(origin: Origin, home: Path, rounds: int) -> str:
    with real_servers(home / "servers") as (kafka_url, cassandra_hosts):
        await provision(kafka_url, cassandra_hosts)
        (port,) = free_ports(1)
        archives = home / "served"
        environment = environment_of(kafka_url, cassandra_hosts, archives, port)
        async with running("gateway", environment, home):
            path = await _archive(cassandra_hosts, archives, port)
            (origin.files / "all.zip").symlink_to(path[0])
            return _compare(path[1], f"http://{origin.hosts[0]}:{origin.port}/all.zip", rounds)


async def _archive(cassandra_hosts: str, archives: Path, port: int) -> tuple[Path, str]:
    """A completed job's; its link."""
    job_id, now = uuid4(), datetime.now(UTC)
    path = archives / ArchiveFile(job_id, 1).name
    path.write_bytes(os.urandom(BYTES))
    cassandra = await Cassandra.connect(CassandraAccess(cassandra_hosts), "aid")
    columns = "job_id, state, run, version, query, images, archive_run, archive_size, expires_at"
    values = (job_id, "completed", 1, 1, "pandas", 500, 1, BYTES, now + timedelta(hours=1))
    await cassandra.execute(f"INSERT INTO jobs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608
    await cassandra.close()
    return path, Links((KEY,), f"http://127.0.0.1:{port}").download(job_id)


def _compare(ours: str, nginx: str, rounds: int) -> str:
    taken = {ours: list[float](), nginx: list[float]()}
    for _ in range(rounds + 1):
        for url, times in taken.items():
            times.append(_seconds(url))
    mine, other = (median(times[1:]) for times in taken.values())
    rate = BYTES / mine / 2**20
    return f"ZIP of 200 MiB: {rate:.0f} MiB/s by the gateway, {other / mine:.0%} of nginx's {BYTES / other / 2**20:.0f}"


def _seconds(url: str) -> float:
    command = ("curl", "-sf", "-o", "/dev/null", "-w", "%{time_total} %{size_download}", url)
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    if int(told[1]) != BYTES:
        raise RuntimeError(f"{told[1]} bytes came")
    return float(told[0])
