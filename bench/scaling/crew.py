"""The processes of one service: started, settled in their consumer group, and what each has spent and done."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from kafka import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError

from tests.integration.processes import descendants
from tests.integration.running import RunningService, start_service

WORK = {
    "scheduler": ("job_decided",),
    "scraper": ("run_begun",),
    "packager": ("run_begun",),
    "notifier": ("mail_accepted",),
}
"""The line that a process writes of each job it has taken."""

SETTLED_WITHIN = 60.0


@dataclass(frozen=True)
class Crew:
    service: str
    members: list[RunningService]

    def spent(self) -> list[float]:
        """Seconds of processor time of each so far, with its living children and those it has buried."""
        return [sum(map(seconds_of, {member.pid, *descendants(member.pid)})) for member in self.members]

    def shares(self, jobs: set[UUID]) -> list[int]:
        """How many of these each has worked on."""
        return [len(worked_on(member) & jobs) for member in self.members]


def worked_on(member: RunningService) -> set[UUID]:
    lines = (line for line in member.lines() if line.get("event") in WORK[member.name])
    return {UUID(line["job_id"]) for line in lines}


@asynccontextmanager
async def crew(service: str, count: int, environment: Mapping[str, str], home: Path) -> AsyncIterator[Crew]:
    """So many, each ready and with its share of the partitions; gone when the block ends."""
    async with AsyncExitStack() as stack:
        members = [await start_service(service, environment, home) for _ in range(count)]
        for member in members:
            stack.push_async_callback(member.kill)
        await asyncio.gather(*(member.ready() for member in members))
        if service in WORK:  # the gateway has no group
            await settled(environment["AID_KAFKA_URL"], service, count)
        yield Crew(service, members)
        await asyncio.gather(*(member.stop() for member in members))


async def settled(kafka_url: str, service: str, count: int) -> None:
    """Until the group has that many members, each with partitions; TimeoutError says it never had."""
    async with asyncio.timeout(SETTLED_WITHIN):
        while not await asyncio.to_thread(_is_settled, kafka_url, service, count):
            await asyncio.sleep(0.2)


def _is_settled(kafka_url: str, service: str, count: int) -> bool:
    admin = KafkaAdminClient(bootstrap_servers=kafka_url)
    try:
        group = admin.describe_groups([service])[service]
    except CoordinatorNotAvailableError:
        return False  # the broker still makes the topic in which groups are kept
    finally:
        admin.close()
    return group["group_state"] == "Stable" and len(group["members"]) == count


def seconds_of(pid: int) -> float:
    """Of processor time, its own and that of children it has buried; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
