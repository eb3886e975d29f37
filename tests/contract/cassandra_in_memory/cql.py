"""The CQL our repositories speak, read into statements. What they do not use is refused, never guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Kind = Literal["select", "insert", "update", "delete"]
Existence = Literal["exists", "not exists"]


@dataclass(frozen=True)
class Term:
    """A value of a statement: a parameter by its place, or what is written out."""

    place: int | None
    value: object = None

    def of(self, parameters: Sequence[object]) -> object:
        return self.value if self.place is None else parameters[self.place]


Terms = tuple[tuple[str, Term], ...]


@dataclass(frozen=True)
class Statement:
    """`columns` are those a SELECT asks for, as (what, under which name); `values` those a write sets.

    `distinct`: one row for each partition.
    """

    kind: Kind
    table: str
    where: Terms
    columns: tuple[tuple[str, str], ...] = ()
    values: Terms = ()
    only_if: Existence | Terms | None = None
    ttl: Term | None = None
    stamp: Term | None = None
    distinct: bool = False

    def bound(self, parameters: Sequence[object]) -> dict[str, Any]:
        """All that is set or asked for, by column."""
        return {name: term.of(parameters) for name, term in (*self.values, *self.where)}


_SHAPES: dict[Kind, re.Pattern[str]] = {
    "select": re.compile(
        r"SELECT (?P<distinct>DISTINCT )?(?P<columns>.+?) FROM (?P<table>\w+)(?: WHERE (?P<where>.+))?"
    ),
    "insert": re.compile(
        r"INSERT INTO (?P<table>\w+) \((?P<names>[^)]+)\) VALUES \((?P<marks>[^)]+)\)"
        r"(?: IF (?P<existence>NOT EXISTS))?(?: USING TTL (?P<ttl>\S+))?"
    ),
    "update": re.compile(
        r"UPDATE (?P<table>\w+)(?: USING TTL (?P<ttl>\S+))? SET (?P<values>.+?) WHERE (?P<where>.+?)"
        r"(?: IF (?P<condition>.+))?"
    ),
    "delete": re.compile(
        r"DELETE FROM (?P<table>\w+)(?: USING TIMESTAMP (?P<stamp>\S+))? WHERE (?P<where>.+?)"
        r"(?: IF (?:(?P<existence>EXISTS)|(?P<condition>.+)))?"
    ),
}
_TTL_OF = re.compile(r"TTL\((?P<column>\w+)\) AS (?P<name>\w+)")


@cache
def parse(cql: str) -> Statement:
    """ValueError for what is not understood."""
    line = " ".join(cql.split())
    for kind, shape in _SHAPES.items():
        if found := shape.fullmatch(_numbered(line)):
            return _statement(kind, found)
    raise ValueError(f"not understood: {line}")


def _numbered(line: str) -> str:
    """`?` becomes `?0`, `?1`, … in the order in which the parameters are bound."""
    first, *rest = line.split("?")
    return first + "".join(f"?{place}{text}" for place, text in enumerate(rest))


def _statement(kind: Kind, found: re.Match[str]) -> Statement:
    parts = found.groupdict()
    return Statement(
        kind,
        parts["table"],
        where=_pairs(parts.get("where"), " AND "),
        columns=tuple(map(_column, parts["columns"].split(", "))) if kind == "select" else (),
        values=_values(parts),
        only_if=_condition(parts),
        ttl=_term(parts["ttl"]) if parts.get("ttl") else None,
        stamp=_term(parts["stamp"]) if parts.get("stamp") else None,
        distinct=bool(parts.get("distinct")),
    )


def _column(text: str) -> tuple[str, str]:
    ttl = _TTL_OF.fullmatch(text)
    if ttl is None and not text.isidentifier():
        raise ValueError(f"not understood: {text}")
    return (f"ttl {ttl['column']}", ttl["name"]) if ttl else (text, text)


def _values(parts: dict[str, str | None]) -> Terms:
    names, marks = parts.get("names"), parts.get("marks")
    if names and marks:
        return tuple(zip(names.split(", "), map(_term, marks.split(", ")), strict=True))
    return _pairs(parts.get("values"), ", ")


def _condition(parts: dict[str, str | None]) -> Existence | Terms | None:
    match parts.get("existence"):
        case "EXISTS":
            return "exists"
        case "NOT EXISTS":
            return "not exists"
    return _pairs(parts.get("condition"), " AND ") or None


def _pairs(text: str | None, separator: str) -> Terms:
    pairs = [part.split(" = ") for part in text.split(separator)] if text else []
    if not all(len(pair) == 2 for pair in pairs):
        raise ValueError(f"not understood: {text}")
    return tuple((name, _term(value)) for name, value in pairs)


def _term(text: str) -> Term:
    if text.startswith("?"):
        return Term(int(text[1:]))
    if text.startswith("'"):
        return Term(None, text.strip("'"))
    if text.isdecimal():
        return Term(None, int(text))
    raise ValueError(f"not understood: {text}")
