"""How late jobs are released: broker time of `SearchDue` less the time asked for.

`python -m bench.release [--seconds 20] [--each 50]`: a steady stream, then a thousand in one second. Starts its own
Kafka, Cassandra and scheduler on loopback; nothing else of the system runs. The limits are those of the design:
p99 ≤ 250 ms for the stream, the thousand all out in 3 s.
"""

import argparse
import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID, uuid4

from bench.servers import provision, real_servers
from shared.events import JobScheduled, JobSubmitted
from shared.topics import JOB_DUE, JOB_LIFECYCLE
from tests.integration.bus import Bus, listening
from tests.integration.running import running


def a_job(due_at: datetime) -> JobSubmitted:
    return JobSubmitted(job_id=uuid4(), query="red pandas", images=20, due_at=due_at, submitted_at=datetime.now(UTC))


async def lateness(bus: Bus, jobs: list[JobSubmitted]) -> list[float]:
    """Milliseconds for each job; all are scheduled before the first is due."""
    due = {job.job_id: job.due_at.timestamp() * 1000 for job in jobs}
    for start in range(0, len(jobs), 200):
        await bus.publish(*jobs[start : start + 200])
    await bus.until(lambda: _count(bus, JobScheduled.topic.name, due) >= len(jobs), patience=120)
    left = min(due.values()) / 1000 - datetime.now(UTC).timestamp()
    print(f"  {len(jobs)} jobs scheduled, the first is due in {left:.1f} s")
    await bus.until(lambda: _count(bus, JOB_DUE.name, due) >= len(jobs), patience=180)
    released = {UUID(r.key.decode()): r.timestamp for r in reversed(bus.records) if r.topic == JOB_DUE.name}
    return sorted(released[job_id] - at for job_id, at in due.items())


def _count(bus: Bus, topic: str, wanted: dict[UUID, float]) -> int:
    return len({r.key for r in bus.records if r.topic == topic and UUID(r.key.decode()) in wanted})


def report(title: str, late: list[float]) -> None:
    p99 = quantiles(late, n=100)[98]
    print(f"{title}: median {median(late):.0f} ms, p99 {p99:.0f} ms, max {late[-1]:.0f} ms")


async def measure(seconds: int, each: int, kafka_url: str, cassandra_hosts: str, home: Path) -> None:
    await provision(kafka_url, cassandra_hosts)
    environment = {"AID_KAFKA_URL": kafka_url, "AID_CASSANDRA_HOSTS": cassandra_hosts}
    async with (
        listening(kafka_url, JOB_DUE, JOB_LIFECYCLE) as bus,
        running("scheduler", environment, home),
    ):
        await lateness(bus, [a_job(datetime.now(UTC) + timedelta(seconds=3)) for _ in range(50)])  # warm
        begin = datetime.now(UTC) + timedelta(seconds=15)
        stream = [a_job(begin + timedelta(seconds=index / each)) for index in range(seconds * each)]
        report(f"{each} due in each second, for {seconds} s", await lateness(bus, stream))
        begin = datetime.now(UTC) + timedelta(seconds=15)
        burst = [a_job(begin + timedelta(milliseconds=index)) for index in range(1000)]
        late = await lateness(bus, burst)
        report("1,000 due in one second", late)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--each", type=int, default=50)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, real_servers(Path(folder)) as hosts:
        asyncio.run(measure(arguments.seconds, arguments.each, *hosts, Path(folder)))


if __name__ == "__main__":
    main()
