"""`python -m tests.faults.restoring`: Cassandra loses its disk, and is put back as it was some time before.

Jobs of every kind stand around the snapshot. What is said of each kind here is what docs/operations.md promises; it
ends non-zero where that is not what happens. Some minutes, on servers of its own.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from deploy.local.nodetool import Nodetool
from deploy.local.ports import free_ports
from deploy.local.setup import Tools, set_up
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.jobs import JobState
from shared.topics import JOB_INBOX
from tests.faults.backup import carry_away, lose_everything, put_back, rewind
from tests.faults.people import People, visitors
from tests.faults.scene import Accepted
from tests.faults.system import KEYSPACE, System, provisioned, running_system
from tests.faults.timetable import a_timetable

SNAPSHOT = "before"
BEFORE = timedelta(seconds=30)
"""The inbox is handled again from so long before the snapshot."""

PATIENCE = 300.0


@dataclass(frozen=True)
class Kinds:
    """Jobs, by what became of them before the snapshot and between it and the loss."""

    ended: list[Accepted]
    begun_between: list[Accepted]
    pending: list[Accepted]
    pending_since: list[Accepted]


async def drill(tools: Tools, folder: Path) -> bool:
    (jmx_port,) = free_ports(1)
    nodetool = Nodetool(tools.cassandra_jars, jmx_port, folder)
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(running_system(folder, tools, replicas=1, jmx_port=jmx_port))
        session = await stack.enter_async_context(visitors())
        people = People(system, session, random.Random(8))
        data = folder / "cassandra" / "data"
        async with a_timetable(people) as timetable:
            now = datetime.now(UTC)
            ended = await timetable.put(*[now] * 3)
            await _mailed(system, ended)
            now = datetime.now(UTC)
            begun_between = await timetable.put(*[now + timedelta(seconds=20)] * 3)
            pending = await timetable.put(*[now + timedelta(seconds=150)] * 20)
            await asyncio.sleep(5)
            at = datetime.now(UTC)
            await asyncio.to_thread(nodetool, "snapshot", "-t", SNAPSHOT, KEYSPACE)
            size = await asyncio.to_thread(carry_away, data, SNAPSHOT, folder / "backup")
            say(f"snapshot: {(datetime.now(UTC) - at).total_seconds():.1f} s, {size / 1e6:.1f} MB")
            pending_since = await timetable.put(*[now + timedelta(seconds=150)] * 3)
            await _mailed(system, begun_between)
        kinds = Kinds(ended, begun_between, pending, pending_since)
        await _lose_and_restore(system, folder, at - BEFORE)
        await _mailed(system, pending)
        await _mailed(system, begun_between, 4)
        return _report(system, kinds, await _states(system, pending_since))


async def _lose_and_restore(system: System, folder: Path, since: datetime) -> None:
    data, began = folder / "cassandra" / "data", time.monotonic()
    await asyncio.to_thread(system.cassandra.kill)
    await lose_everything(data)
    await asyncio.gather(*(each.stop() for each in system.fleet.instances))
    await _start(system)
    await provisioned(system.kafka_url, system.cassandra_hosts)
    await asyncio.to_thread(system.cassandra.stop)
    await asyncio.to_thread(put_back, folder / "backup", data)
    await _start(system)
    again = await rewind(system.kafka_url, "scheduler", JOB_INBOX.name, since)
    say(f"restored in {time.monotonic() - began:.1f} s; {again} records of the inbox are handled again")
    await system.fleet.start()


async def _start(system: System) -> None:
    await asyncio.to_thread(system.cassandra.start)
    await asyncio.to_thread(system.cassandra.wait_ready)


async def _mailed(system: System, jobs: Sequence[Accepted], mails: int = 2) -> None:
    await asyncio.gather(*(system.relay.took(job.address, mails, PATIENCE) for job in jobs))


async def _states(system: System, jobs: Sequence[Accepted]) -> dict[UUID, str]:
    """Of all jobs, once these are completed; TimeoutError says they never are."""
    cassandra = await Cassandra.connect(CassandraAccess(system.cassandra_hosts), KEYSPACE)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                rows = await cassandra.execute("SELECT job_id, state FROM jobs")
                states = {row["job_id"]: str(row["state"]) for row in rows}
                if all(states.get(job.job_id) == JobState.COMPLETED for job in jobs):
                    return states
                await asyncio.sleep(0.3)
    finally:
        await cassandra.close()


def _report(system: System, kinds: Kinds, states: dict[UUID, str]) -> bool:
    """A line a kind; whether all is as promised."""
    promised = {"ended": 2, "begun_between": 4, "pending": 2, "pending_since": 0}
    kept = True
    for name, mails in promised.items():
        jobs: list[Accepted] = getattr(kinds, name)
        sent = sorted(len(system.relay.mails_to(job.address)) for job in jobs)
        ends = sorted(states.get(job.job_id, "none") for job in jobs)
        kept &= set(sent) == {mails} and set(ends) <= {"completed", "expired"}
        say(f"{name}: {len(jobs)} jobs, mails each {sorted(set(sent))} (promised {mails}), now {sorted(set(ends))}")
    return kept


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    tools = set_up(os.environ)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kept = asyncio.run(drill(tools, Path(folder)))
    sys.exit(0 if kept else "not what is promised")


if __name__ == "__main__":
    main()
