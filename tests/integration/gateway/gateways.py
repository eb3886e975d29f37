"""The gateway in this process, on real Kafka and Cassandra, and rows as the scheduler writes them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from aiohttp import ClientResponse, ClientSession

from services.gateway.app import NAME
from services.gateway.connecting import Stores
from services.gateway.desk import Desk
from services.gateway.live.feed import Pace
from services.gateway.live.listening import listen
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.kafkaaccess import KafkaAccess
from shared.publisher import Publisher
from shared.tasks import in_background
from tests.integration.conftest import Backbone
from tests.unit.gateway.site import a_desk, visiting


class MovingClock:
    """The real time, plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Gateway:
    desk: Desk
    visitor: ClientSession
    cassandra: Cassandra
    clock: MovingClock
    archives: Path

    def job_of(self, answer: ClientResponse) -> UUID:
        """The job whose status page or document an answer leads to."""
        token = answer.headers["Location"].partition("?")[0].rpartition("/")[2]
        return self.desk.links.read_status(token).job_id

    async def put_row(self, job_id: UUID, **columns: object) -> None:
        columns = {"state": "scheduled", "run": 0, "version": 1, "query": "cats", "images": 10, **columns}
        names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
        await self.cassandra.execute(
            f"INSERT INTO jobs (job_id, {names}) VALUES (?, {marks})",  # noqa: S608 - names from tests
            (job_id, *columns.values()),
        )


@asynccontextmanager
async def serving_gateway(
    backbone: Backbone,
    folder: Path,
    *,
    port: int = 0,
    public_url: str = "http://pictures.example",
    told: Mapping[str, str] = MappingProxyType({}),
    pace: Pace = Pace(),  # noqa: B008 - frozen
    heard_at: str | None = None,
) -> AsyncIterator[Gateway]:
    """`told`: more of its environment. `heard_at`: where it listens to Kafka instead."""
    clock = MovingClock()
    settings = {name.removeprefix("AID_").lower(): text for name, text in told.items()}
    desk = replace(a_desk(folder, now=clock, public_url=public_url, **settings), pace=pace)
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    publisher = await Publisher.connect(KafkaAccess(backbone.kafka_url), source=NAME)
    desk.stores.connected(Stores.of(cassandra))
    desk.publisher.connected(publisher)
    try:
        async with (
            in_background(listen(KafkaAccess(heard_at or backbone.kafka_url), desk.feed.tell)),
            visiting(desk, port=port) as visitor,
        ):
            yield Gateway(desk, visitor, cassandra, clock, folder)
    finally:
        await publisher.close()
        await cassandra.close()


def tomorrow_at_noon() -> dict[str, str]:
    """A valid request for then."""
    return {
        "search-query": "Best hd wallpaper",
        "date": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}",
        "time": "12:00",
        "email": "wsq.wee@example.com",
        "images": "145",
    }
