"""How Cassandra keeps a row: every cell with the time it was written, deletions beside them, the later one wins.

Times of writes are microseconds; moments of expiry are seconds, both since 1970.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

NEVER = float("inf")
BEFORE_ALL = -(2**63)


class Cell(NamedTuple):
    """`value` None: a tombstone."""

    value: Any
    stamp: int
    expires: float = NEVER

    def beats(self, other: "Cell") -> bool:
        """Of two with the same stamp a tombstone wins, else the greater value."""
        if self.stamp != other.stamp:
            return self.stamp > other.stamp
        if self.value is None or other.value is None:
            return self.value is None
        return bool(self.value >= other.value)


@dataclass(slots=True)
class Row:
    """`marker` is what an INSERT leaves: the row is there even when all its cells are null."""

    marker: Cell | None = None
    deleted: int = BEFORE_ALL
    cells: dict[str, Cell] = field(default_factory=dict)

    def put(self, name: str, cell: Cell) -> None:
        known = self.cells.get(name)
        if known is None or cell.beats(known):
            self.cells[name] = cell

    def mark(self, cell: Cell) -> None:
        if self.marker is None or cell.beats(self.marker):
            self.marker = cell

    def live(self, partition_deleted: int, now: float) -> dict[str, Cell] | None:
        """Its cells that are to be seen now; None when the row is not."""
        since = max(self.deleted, partition_deleted)
        seen = {name: cell for name, cell in self.cells.items() if _is_live(cell, since, now)}
        return seen if seen or _is_live(self.marker, since, now) else None


def _is_live(cell: Cell | None, since: int, now: float) -> bool:
    return cell is not None and cell.value is not None and cell.stamp > since and cell.expires > now


@dataclass(slots=True)
class Partition:
    """`ballot`: the stamp of the last conditional write, which the next one must exceed."""

    deleted: int = BEFORE_ALL
    ballot: int = 0
    rows: dict[tuple[Any, ...], Row] = field(default_factory=dict)

    def row(self, clustering: tuple[Any, ...]) -> Row:
        row = self.rows.get(clustering)
        if row is None:
            row = self.rows[clustering] = Row()
        return row
