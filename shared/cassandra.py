"""Cassandra from asyncio: prepared statements, all pages, conditional writes with their unknown outcomes told apart.

The driver (cassandra-driver) answers on its own thread; here is the bridge to the event loop.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cassandra import (
    ConsistencyLevel,
    OperationTimedOut,
    ReadFailure,
    ReadTimeout,
    Unauthorized,
    Unavailable,
    UnresolvableContactPoints,
    WriteFailure,
    WriteTimeout,
)
from cassandra.cluster import Cluster, NoHostAvailable, ResponseFuture, Session
from cassandra.connection import ConnectionException
from cassandra.protocol import ErrorMessage, ErrorMessageSub, OverloadedErrorMessage
from cassandra.query import BatchStatement, BatchType, PreparedStatement

from shared.cassandraaccess import CassandraAccess
from shared.cassandracluster import build_cluster
from shared.errors import DependencyAwayError, OutcomeUnknownError, brief

Row = dict[str, Any]

_AWAY = (
    NoHostAvailable,
    OperationTimedOut,
    ConnectionException,
    Unavailable,
    ReadTimeout,
    ReadFailure,
    WriteTimeout,
    WriteFailure,
    OverloadedErrorMessage,
    Unauthorized,  # until somebody grants it: a job is not to suffer from a right that is missing
)
_CAS_WRITE_UNKNOWN = 0x1700
_ROWS_PER_BATCH = 50
_IN_FLIGHT = 256


class Cassandra:
    """One session on one keyspace. Every method raises DependencyAwayError when the servers do not answer."""

    def __init__(self, cluster: Cluster, session: Session) -> None:
        self._cluster = cluster
        self._session = session
        self._prepared: dict[str, PreparedStatement] = {}
        self._slots = asyncio.Semaphore(_IN_FLIGHT)

    @classmethod
    async def connect(cls, access: CassandraAccess, keyspace: str | None) -> "Cassandra":
        """DependencyAwayError when no host answers or lets us in, or the keyspace is not there yet."""
        try:
            return await asyncio.to_thread(cls._connect, access, keyspace)
        except (*_AWAY, UnresolvableContactPoints, ErrorMessageSub) as error:
            raise DependencyAwayError("cassandra", brief(error)) from error

    @classmethod
    def _connect(cls, access: CassandraAccess, keyspace: str | None) -> "Cassandra":
        cluster = build_cluster(access)
        try:
            return cls(cluster, cluster.connect(keyspace))
        except BaseException:
            cluster.shutdown()
            raise

    async def execute(self, cql: str, parameters: Sequence[object] = (), *, serial: bool = False) -> list[Row]:
        """All rows. `serial` reads what conditional writes have decided, those still in flight included."""
        statement = (await self._prepare(cql)).bind(parameters)
        if serial:
            statement.consistency_level = ConsistencyLevel.LOCAL_SERIAL
        return await self._run(statement)

    async def execute_if(self, cql: str, parameters: Sequence[object]) -> bool:
        """Run a conditional write (`IF …`): True when applied. OutcomeUnknownError when nobody can tell."""
        statement = (await self._prepare(cql)).bind(parameters)
        try:
            rows = await self._run(statement)
        except DependencyAwayError as away:
            raise OutcomeUnknownError("cassandra", str(away)) from away
        return bool(rows[0]["[applied]"])

    async def execute_in_partition(self, cql: str, rows: Iterable[Sequence[object]]) -> None:
        """Write many rows of one partition, in unlogged batches."""
        prepared = await self._prepare(cql)
        pending = list(rows)
        for start in range(0, len(pending), _ROWS_PER_BATCH):
            batch = BatchStatement(BatchType.UNLOGGED)
            for row in pending[start : start + _ROWS_PER_BATCH]:
                batch.add(prepared, row)
            await self._run(batch)

    async def execute_ddl(self, cql: str) -> None:
        """A schema statement, not prepared."""
        await self._run(cql)

    async def answers(self) -> bool:
        """Whether a query succeeds now: the readiness check."""
        try:
            await self.execute("SELECT release_version FROM system.local")
        except DependencyAwayError:
            return False
        return True

    async def close(self) -> None:
        await asyncio.to_thread(self._cluster.shutdown)

    async def _prepare(self, cql: str) -> PreparedStatement:
        prepared = self._prepared.get(cql)
        if prepared is None:
            try:
                prepared = await asyncio.to_thread(self._session.prepare, cql)
            except _AWAY as error:
                raise DependencyAwayError("cassandra", brief(error)) from error
            self._prepared[cql] = prepared
        return prepared

    async def _run(self, statement: object) -> list[Row]:
        async with self._slots:
            try:
                return await _all_pages(self._session.execute_async(statement))
            except _AWAY as error:
                raise DependencyAwayError("cassandra", brief(error)) from error
            except ErrorMessage as error:
                # The driver has no class for what Paxos v1 answers when it cannot tell whether a write was applied.
                if error.code == _CAS_WRITE_UNKNOWN:
                    raise DependencyAwayError("cassandra", "conditional write: outcome unknown") from error
                raise


async def _all_pages(response: ResponseFuture) -> list[Row]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Row]] = loop.create_future()
    rows: list[Row] = []

    def on_page(page: list[Row] | None) -> None:
        rows.extend(page or ())
        if response.has_more_pages:
            response.start_fetching_next_page()
        else:
            loop.call_soon_threadsafe(_settle, answer, answer.set_result, rows)

    def on_error(error: BaseException) -> None:
        loop.call_soon_threadsafe(_settle, answer, answer.set_exception, error)

    response.add_callbacks(on_page, on_error)
    return await answer


def _settle(answer: asyncio.Future[Any], setter: Callable[[Any], None], outcome: object) -> None:
    if not answer.done():  # whoever waited may have been cancelled
        setter(outcome)
