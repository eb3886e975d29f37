"""What a million pending jobs cost the scheduler, and how late it is among them, also after an outage.

`python -m bench.pending [--jobs 1000000] [--near 100000] [--overdue 50000]`: writes that many jobs as real rows over
ninety days, `near` of them inside the look-ahead window, and `overdue` more that were due in the last ten days. Then a
scheduler takes all of it over, and 50 jobs fall due in each second. Starts its own Kafka and Cassandra on loopback.
Says the memory of the scheduler (the design allows 300 MB), how late those jobs were, and how fast the backlog went.
"""

import argparse
import asyncio
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

from aiokafka.partitioner import murmur2

from bench.release import report
from bench.servers import real_servers
from services.scheduler.buckets import bucket_of
from services.scheduler.job import Job
from services.scheduler.jobs import stored
from services.scheduler.runs import accept
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.events import JobSubmitted
from shared.fields import to_milliseconds
from shared.provision import ProvisionSettings, create_tables, create_topics
from shared.topics import JOB_DUE, JOB_LIFECYCLE
from shared.waiting import until_available
from tests.integration.bus import Bus, listening
from tests.integration.running import RunningService, running

PARTITIONS = 12
AT_A_TIME = 5_000
IN_A_BATCH = 50
PER_SECOND = 50
DAYS = timedelta(days=90)
OUTAGE = timedelta(days=10)


def a_job(due_at: datetime) -> Job:
    return accept(
        JobSubmitted(
            job_id=uuid4(), query="red pandas", images=20, due_at=due_at, submitted_at=due_at - timedelta(days=1)
        )
    )


def spread(count: int, begin: datetime, length: timedelta) -> Iterator[Job]:
    rng = random.Random(count)
    return (a_job(to_milliseconds(begin + rng.random() * length)) for _ in range(count))


class Writer:
    """Rows as the scheduler leaves them, but written without asking."""

    def __init__(self, cassandra: Cassandra) -> None:
        self._cassandra = cassandra
        names = stored(a_job(datetime.now(UTC)))
        self._jobs = f"UPDATE jobs SET {', '.join(f'{name} = ?' for name in names)} WHERE job_id = ?"  # noqa: S608
        self._timers = "INSERT INTO timers (shard, bucket, due_at, job_id, kind) VALUES (?, ?, ?, ?, ?)"

    async def write(self, jobs: Iterator[Job]) -> None:
        while some := list(islice(jobs, AT_A_TIME)):
            await asyncio.gather(self._write_jobs(some), self._write_timers(some))

    async def _write_jobs(self, jobs: list[Job]) -> None:
        rows = [(*stored(job).values(), job.job_id) for job in jobs]
        parts = (rows[start : start + IN_A_BATCH] for start in range(0, len(rows), IN_A_BATCH))
        await asyncio.gather(*(self._insist(self._jobs, part) for part in parts))

    async def _write_timers(self, jobs: list[Job]) -> None:
        partitions = defaultdict(list)
        for timer in (timer for job in jobs for timer in job.armed):
            place = shard_of(timer.job_id), bucket_of(timer.due_at)
            partitions[place].append((*place, timer.due_at, timer.job_id, timer.kind))
        # Side by side: the node syncs what comes together by one write to its disk.
        await asyncio.gather(*(self._insist(self._timers, rows) for rows in partitions.values()))

    async def _insist(self, cql: str, rows: Sequence[Sequence[object]]) -> None:
        """A node that is given so much may be late with its word."""
        await until_available(lambda: self._cassandra.execute_in_partition(cql, rows))


def shard_of(job_id: UUID) -> int:
    return int((murmur2(str(job_id).encode()) & 0x7FFFFFFF) % PARTITIONS)


async def begin_at_the_oldest(cassandra: Cassandra, oldest: datetime) -> None:
    for shard in range(PARTITIONS):
        await cassandra.execute_if(
            "INSERT INTO shard_cursors (shard, bucket) VALUES (?, ?) IF NOT EXISTS", (shard, bucket_of(oldest))
        )


def memory(service: RunningService) -> str:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{service.pid}/status").read_text().splitlines())
    now, most = (int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return f"{now:.0f} MB, at most {most:.0f} MB"


async def measure(arguments: argparse.Namespace, kafka_url: str, cassandra_hosts: str, home: Path) -> None:
    settings = ProvisionSettings(kafka_url=kafka_url, cassandra_hosts=cassandra_hosts, partitions=PARTITIONS)
    await create_tables(settings)
    await create_topics(settings)
    cassandra = await Cassandra.connect(CassandraAccess(cassandra_hosts), settings.cassandra_keyspace)
    writer, now = Writer(cassandra), datetime.now(UTC)
    await begin_at_the_oldest(cassandra, now - OUTAGE)
    await writer.write(spread(arguments.jobs - arguments.near, now + timedelta(hours=1), DAYS))
    await writer.write(spread(arguments.overdue, now - OUTAGE, OUTAGE - timedelta(hours=1)))
    now = datetime.now(UTC)
    await writer.write(spread(arguments.near, now + timedelta(minutes=4), timedelta(minutes=1)))
    begin = to_milliseconds(datetime.now(UTC) + timedelta(seconds=30))
    stream = [a_job(begin + timedelta(seconds=n / PER_SECOND)) for n in range(PER_SECOND * arguments.seconds)]
    await writer.write(iter(stream))
    print(f"written; {arguments.seconds} s of {PER_SECOND} jobs each begin in {begin - datetime.now(UTC)}")
    environment = {"AID_KAFKA_URL": kafka_url, "AID_CASSANDRA_HOSTS": cassandra_hosts}
    async with listening(kafka_url, JOB_DUE, JOB_LIFECYCLE) as bus, running("scheduler", environment, home) as service:
        await fall_due(bus, stream)
        print(f"memory with {arguments.jobs} pending, {arguments.near} of them near: {memory(service)}")
        work_off(bus, {job.job_id for job in stream})
    await cassandra.close()


async def fall_due(bus: Bus, stream: list[Job]) -> None:
    due = {job.job_id: job.due_at.timestamp() * 1000 for job in stream if job.due_at}
    await bus.until(lambda: len(released(bus).keys() & due.keys()) == len(due), patience=300)
    late = sorted(released(bus)[job_id] - at for job_id, at in due.items())
    report(f"{PER_SECOND} due in each second, among them", late)


def work_off(bus: Bus, fresh: set[UUID]) -> None:
    overdue = sorted(at for job_id, at in released(bus).items() if job_id not in fresh)
    if overdue:
        seconds = (overdue[-1] - overdue[0]) / 1000
        print(f"of the overdue {len(overdue)} went meanwhile, in {seconds:.0f} s")


def released(bus: Bus) -> dict[UUID, int]:
    return {UUID(r.key.decode()): r.timestamp for r in bus.records if r.topic == JOB_DUE.name}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--near", type=int, default=100_000)
    parser.add_argument("--overdue", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, real_servers(Path(folder)) as hosts:
        asyncio.run(measure(arguments, *hosts, Path(folder)))


if __name__ == "__main__":
    main()
