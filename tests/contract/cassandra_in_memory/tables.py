"""Tables in memory that answer statements as one Cassandra node does. No I/O, no clock of its own."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from types import NoneType
from typing import Any
from uuid import UUID

from shared.schema import TABLES
from tests.contract.cassandra_in_memory.cells import NEVER, Cell, Partition
from tests.contract.cassandra_in_memory.cql import Statement, Term, Terms

Row = dict[str, Any]
Key = tuple[Any, ...]

_PRIMARY_KEY = re.compile(r"PRIMARY KEY \((?:\((?P<several>[^)]+)\)|(?P<one>\w+))(?:, (?P<clustering>[^)]+))?\)")
_AS_THEY_ARE = frozenset({str, int, bool, UUID, NoneType})
_SEVERAL_CELLS = ("list", "map", "set")


@dataclass
class Table:
    """`collections` are stored cell by cell: an empty one is none at all."""

    columns: tuple[str, ...]
    partition_columns: tuple[str, ...]
    clustering_columns: tuple[str, ...]
    collections: frozenset[str]
    partitions: dict[Key, Partition] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: str) -> "Table":
        """From the text of its columns, as `shared.schema` has it."""
        line = " ".join(columns.split())
        names = tuple(re.findall(r"(?:^|, )(\w+) [a-z]", line.partition(", PRIMARY KEY")[0]))
        collections = frozenset(re.findall(rf"(\w+) (?:{'|'.join(_SEVERAL_CELLS)})<", line))
        if found := _PRIMARY_KEY.search(line):
            partition = tuple((found["several"] or found["one"]).split(", "))
            return cls(
                names, partition, tuple(found["clustering"].split(", ")) if found["clustering"] else (), collections
            )
        return cls(names, (line.split()[0],), (), collections)

    def partition(self, key: Key) -> Partition:
        partition = self.partitions.get(key)
        if partition is None:
            partition = self.partitions[key] = Partition()
        return partition

    def rows(self, now: float, *, first_only: bool = False) -> Iterator[tuple[Row, dict[str, Cell]]]:
        for key in self.partitions:
            yield from islice(self.rows_of(key, now), 1 if first_only else None)

    def rows_of(self, key: Key, now: float) -> Iterator[tuple[Row, dict[str, Cell]]]:
        """The key's columns and the live cells of each row, in clustering order."""
        partition = self.partitions.get(key)
        if partition is None:
            return
        names = (*self.partition_columns, *self.clustering_columns)
        for clustering, row in sorted(partition.rows.items(), key=_in_order):
            cells = row.live(partition.deleted, now)
            if cells is not None:
                yield dict(zip(names, (*key, *clustering), strict=True)), cells


class Tables:
    """`now` gives seconds since 1970: for expiry, and for the stamps of conditional writes."""

    def __init__(self, now: Callable[[], float], schema: Mapping[str, str] = TABLES) -> None:
        self._now = now
        self._tables = {name: Table.of(columns) for name, columns in schema.items()}

    def partition_of(self, statement: Statement, parameters: Sequence[object]) -> tuple[str, Key]:
        """Where it goes, as (table, key)."""
        named = dict(statement.values if statement.kind == "insert" else statement.where)
        columns = self._tables[statement.table].partition_columns
        return statement.table, tuple(_kept(named[column].of(parameters)) for column in columns)

    def run(self, statement: Statement, parameters: Sequence[object], stamp: int) -> list[Row]:
        """`stamp` is the client's time of writing; a conditional write takes the server's."""
        if statement.kind == "select":
            return self._select(statement, parameters)
        if statement.only_if is not None:
            return [{"[applied]": self._write_if(statement, parameters)}]
        self._write(statement, parameters, stamp)
        return []

    def columns(self, table: str) -> tuple[str, ...]:
        return self._tables[table].columns

    def all(self, table: str) -> list[Row]:
        """Every row, as SELECT * gives it, without columns that are not set."""
        rows = self._tables[table].rows(self._now())
        return [key | {name: cell.value for name, cell in cells.items()} for key, cells in rows]

    def _select(self, statement: Statement, parameters: Sequence[object]) -> list[Row]:
        table, now = self._tables[statement.table], self._now()
        wanted = {name: _kept(term.of(parameters)) for name, term in statement.where}
        if wanted:
            found = table.rows_of(tuple(wanted[column] for column in table.partition_columns), now)
        else:
            found = table.rows(now, first_only=statement.distinct)
        matching = (row for row in found if all(row[0][name] == value for name, value in wanted.items()))
        return [{name: _column(what, *row, now) for what, name in statement.columns} for row in matching]

    def _write_if(self, statement: Statement, parameters: Sequence[object]) -> bool:
        partition = self._tables[statement.table].partition(self.partition_of(statement, parameters)[1])
        partition.ballot = max(int(self._now() * 1_000_000), partition.ballot + 1)
        if not self._holds(statement, parameters, partition):
            return False
        self._write(statement, parameters, partition.ballot)
        return True

    def _holds(self, statement: Statement, parameters: Sequence[object], partition: Partition) -> bool:
        row = partition.rows.get(self._clustering(statement, parameters))
        cells = row.live(partition.deleted, self._now()) if row else None
        match statement.only_if:
            case "exists":
                return cells is not None
            case "not exists":
                return cells is None
            case conditions:
                return all(_value(cells, name) == wanted for name, wanted in _bound(conditions, parameters))

    def _write(self, statement: Statement, parameters: Sequence[object], stamp: int) -> None:
        if statement.stamp is not None:
            stamp = int(str(statement.stamp.of(parameters)))
        table = self._tables[statement.table]
        partition = table.partition(self.partition_of(statement, parameters)[1])
        clustering = self._clustering(statement, parameters)
        if statement.kind == "delete":
            _delete(partition, clustering, stamp, whole=len(clustering) < len(table.clustering_columns))
            return
        row, expires = partition.row(clustering), self._expiry(statement.ttl, parameters)
        if statement.kind == "insert":
            row.mark(Cell(True, stamp, expires))
        keys = {*table.partition_columns, *table.clustering_columns}
        for name, value in _bound(statement.values, parameters):
            if name not in keys:
                row.put(name, Cell(None if name in table.collections and not value else value, stamp, expires))

    def _clustering(self, statement: Statement, parameters: Sequence[object]) -> Key:
        named = dict(statement.values if statement.kind == "insert" else statement.where)
        columns = self._tables[statement.table].clustering_columns
        return tuple(_kept(named[column].of(parameters)) for column in columns if column in named)

    def _expiry(self, ttl: Term | None, parameters: Sequence[object]) -> float:
        seconds = int(str(ttl.of(parameters))) if ttl else 0
        return self._now() + seconds if seconds else NEVER


def _delete(partition: Partition, clustering: Key, stamp: int, *, whole: bool) -> None:
    if whole and clustering:
        raise ValueError("deletes of a range are not understood")
    if whole:
        partition.deleted = max(partition.deleted, stamp)
    else:
        row = partition.row(clustering)
        row.deleted = max(row.deleted, stamp)


def _bound(terms: Terms | str | None, parameters: Sequence[object]) -> Iterator[tuple[str, Any]]:
    assert isinstance(terms, tuple)
    for name, term in terms:
        yield name, _kept(term.of(parameters))


def _kept(value: Any) -> Any:
    """As it comes back: times naive and in milliseconds, texts without their enumeration."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
    if isinstance(value, Enum):
        return value.value
    return value


def _value(cells: Mapping[str, Cell] | None, name: str) -> Any:
    cell = (cells or {}).get(name)
    return cell.value if cell else None


def _column(what: str, key: Row, cells: Mapping[str, Cell], now: float) -> Any:
    if what.startswith("ttl "):
        cell = cells.get(what.removeprefix("ttl "))
        return None if cell is None or cell.expires == NEVER else int(cell.expires - now)
    return key[what] if what in key else _value(cells, what)


def _in_order(item: tuple[Key, Any]) -> tuple[Any, ...]:
    return item[0]
