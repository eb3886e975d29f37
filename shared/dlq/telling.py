"""Letters as a person reads them. No e-mail address gets through. Pure."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from shared.dlq.letters import Letter
from shared.events import EVENT_TYPES
from shared.redaction import hide_addresses

_SHOWN_BYTES = 4096
_SAID = 60
_MOST_ROWS = 20


def overview(topics: Iterable[str], letters: Sequence[Letter]) -> list[str]:
    """A heading per topic, and below it a line for each cause."""
    lines: list[str] = []
    for topic in topics:
        lying = [letter for letter in letters if letter.topic == topic]
        lines += [_heading(topic, lying), *_table(lying)]
    return lines


def in_full(letter: Letter) -> list[str]:
    """What was written about it, its own headers, key and value."""
    about = {"replayed": "yes" if letter.replayed else "no", **letter.told}
    own = {name: _text(text) for name, text in letter.headers}
    lines = [
        f"{letter.topic} {letter.partition} {letter.offset}, written {letter.written_at:%Y-%m-%d %H:%M:%S} UTC",
        *(f"  {name:<12} {text}" for name, text in about.items()),
        "its own headers" if own else "no headers of its own",
        *(f"  {name:<16} {text}" for name, text in own.items()),
        f"key    {'none' if letter.key is None else _text(letter.key)}",
        *_value(letter.value),
    ]
    return [hide_addresses(line) for line in lines]


def in_a_line(letter: Letter) -> str:
    key = "no key" if letter.key is None else _text(letter.key)
    line = f"{letter.topic} {letter.partition} {letter.offset}  {key[:40]}  {letter.type_name[:40] or 'no type'}"
    return hide_addresses(line)


def _heading(topic: str, letters: Sequence[Letter]) -> str:
    replayed = sum(letter.replayed for letter in letters)
    count = f"{len(letters)} letter{'' if len(letters) == 1 else 's'}" if letters else "empty"
    return f"{topic}: {count}" + (f", {replayed} replayed" if replayed else "")


def _table(letters: Sequence[Letter]) -> list[str]:
    groups: defaultdict[tuple[str, ...], list[Letter]] = defaultdict(list)
    for letter in letters:
        groups[_cause(letter)].append(letter)
    largest = sorted(groups.values(), key=len, reverse=True)
    table = _aligned([_COLUMNS, *map(_row, largest[:_MOST_ROWS])]) if largest else []
    rest = largest[_MOST_ROWS:]
    return [*table, f"  {sum(map(len, rest))} more, of {len(rest)} other causes"] if rest else table


def _cause(letter: Letter) -> tuple[str, ...]:
    """What two letters share that failed alike: numbers and quoted words in what was said may differ."""
    said = re.sub(r"'[^']*'|\d+", "", letter.told.get("message", ""))
    return letter.origin, letter.error, _known(letter.type_name), said


_COLUMNS = ("letters", "replayed", "from", "error", "type", "newest (UTC)", "at", "said")


def _row(group: Sequence[Letter]) -> tuple[str, ...]:
    newest = max(group, key=lambda letter: letter.failed_at)
    return (
        str(len(group)),
        str(sum(letter.replayed for letter in group)),
        newest.origin or "?",
        newest.error or "?",
        _known(newest.type_name),
        f"{newest.failed_at:%Y-%m-%d %H:%M:%S}",
        f"{newest.partition} {newest.offset}",
        hide_addresses(newest.told.get("message", ""))[:_SAID],
    )


def _known(type_name: str) -> str:
    return type_name if type_name in EVENT_TYPES else "-"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _value(value: bytes | None) -> list[str]:
    if value is None:
        return ["value  none"]
    try:
        pretty = json.dumps(json.loads(value), indent=2, ensure_ascii=False).splitlines()
    except (ValueError, RecursionError):
        pretty = [_text(value[:_SHOWN_BYTES])]
    cut = [f"  … {len(value) - _SHOWN_BYTES} bytes more"] if len(value) > _SHOWN_BYTES and len(pretty) == 1 else []
    return [f"value  {len(value)} bytes", *(f"  {line}" for line in pretty), *cut]


def _text(raw: bytes) -> str:
    """Readable, on one line, and harmless to a terminal."""
    text = raw.decode(errors="backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
