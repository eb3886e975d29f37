"""`shared.cassandra.Cassandra` over tables in memory: the same methods, the same errors."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from shared.errors import DependencyAwayError, OutcomeUnknownError
from tests.contract.cassandra_in_memory.cql import Statement, parse
from tests.contract.cassandra_in_memory.tables import Row, Tables

_ROWS_PER_BATCH = 50


class Request(NamedTuple):
    """What goes to the node in one message: a statement, once for each of `rows`. `serial`: Paxos sees to its order."""

    statement: Statement
    rows: Sequence[Sequence[object]]
    stamp: int
    serial: bool

    @property
    def conditional(self) -> bool:
        return self.statement.only_if is not None

    @property
    def writes(self) -> bool:
        return self.statement.kind != "select"


class Line(Protocol):
    """The way to the node. DependencyAwayError: nobody knows whether what was asked has happened."""

    async def ask(self, request: Request) -> list[Row]: ...


class Direct:
    """No way at all: each request is carried out where it is made."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.away = False

    async def ask(self, request: Request) -> list[Row]:
        if self.away:
            raise DependencyAwayError("cassandra")
        return carry_out(self._tables, request)


def carry_out(tables: Tables, request: Request) -> list[Row]:
    answers = [tables.run(request.statement, row, request.stamp) for row in request.rows]
    return answers[0] if answers else []


class MemoryCassandra:
    """`now` gives seconds since 1970, of this client: plain writes carry its time, each later than the one before."""

    def __init__(self, line: Line, now: Callable[[], float]) -> None:
        self._line = line
        self._now = now
        self._stamp = 0

    async def execute(self, cql: str, parameters: Sequence[object] = (), *, serial: bool = False) -> list[Row]:
        return await self._ask(cql, [parameters], serial=serial)

    async def execute_if(self, cql: str, parameters: Sequence[object]) -> bool:
        try:
            rows = await self._ask(cql, [parameters], serial=True)
        except DependencyAwayError as away:
            raise OutcomeUnknownError("cassandra", str(away)) from away
        return bool(rows[0]["[applied]"])

    async def execute_in_partition(self, cql: str, rows: Iterable[Sequence[object]]) -> None:
        pending = list(rows)
        for start in range(0, len(pending), _ROWS_PER_BATCH):
            await self._ask(cql, pending[start : start + _ROWS_PER_BATCH], serial=False)

    async def answers(self) -> bool:
        return True

    async def close(self) -> None:
        return None

    async def _ask(self, cql: str, rows: Sequence[Sequence[object]], *, serial: bool) -> list[Any]:
        self._stamp = max(int(self._now() * 1_000_000), self._stamp + 1)
        return await self._line.ask(Request(parse(cql), rows, self._stamp, serial))
