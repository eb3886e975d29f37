"""Gateways with Kafka and Cassandra behind them, both in memory."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

from aiohttp import ClientResponse

from services.gateway.connecting import Stores
from services.gateway.desk import Desk
from shared.cassandra import Cassandra
from shared.errors import DependencyAwayError
from shared.publisher import Publisher
from tests.contract.cassandra_in_memory.session import Direct, MemoryCassandra, Request
from tests.contract.cassandra_in_memory.tables import Row, Tables
from tests.contract.memory import MemoryPublisher
from tests.unit.gateway.site import NOW, ROW, a_desk


class Hesitant(Direct):
    """Lets others go first, before and after: what is asked at once is answered in turns.

    `lost_writes` is a table whose node takes nothing, `silent` one whose node never answers. Without `answers`, what
    was `read` is told later.
    """

    lost_writes = ""
    silent = ""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self.read, self.answers = asyncio.Event(), asyncio.Event()
        self.answers.set()

    async def ask(self, request: Request) -> list[Row]:
        await asyncio.sleep(0)
        if request.writes and request.statement.table == self.lost_writes:
            raise DependencyAwayError("cassandra")
        if request.statement.table == self.silent:
            await asyncio.Event().wait()
        answer = await super().ask(request)
        self.read.set()
        await asyncio.sleep(0)
        await self.answers.wait()
        return answer


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Gateway:
    desk: Desk
    line: Hesitant
    kafka: MemoryPublisher

    def job_of(self, answer: ClientResponse) -> UUID:
        token = answer.headers["Location"].partition("?")[0].rpartition("/")[2]
        return self.desk.links.read_status(token).job_id


class Site:
    """What several gateways stand on."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.tables = Tables(now=self._seconds)
        self._folder = folder
        self._scheduler = MemoryCassandra(Direct(self.tables), now=self._seconds)

    def gateway(self, **told: object) -> Gateway:
        """`told`: settings that differ from those of tests, where nothing is limited."""
        desk = a_desk(self._folder, now=self.clock, **{name: str(value) for name, value in told.items()})
        line, kafka = Hesitant(self.tables), MemoryPublisher()
        cassandra = cast("Cassandra", MemoryCassandra(line, now=self._seconds))
        desk.stores.connected(Stores.of(cassandra))
        desk.publisher.connected(cast("Publisher", kafka))
        return Gateway(desk, line, kafka)

    async def put_row(self, job_id: UUID, state: str, **columns: object) -> None:
        columns = {"state": state, "run": 1, "version": 1, **columns}
        names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
        await self._scheduler.execute(
            f"INSERT INTO jobs (job_id, {names}) VALUES (?, {marks})",  # noqa: S608 - names from tests
            (job_id, *columns.values()),
        )

    def _seconds(self) -> float:
        return self.clock.now.timestamp()


def asked_for(address: str, **changes: str) -> dict[str, str]:
    """A valid request."""
    return {**ROW, "email": address, **changes}
