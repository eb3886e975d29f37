"""Which processes of this machine live, and whose children they are: from /proc."""

from collections.abc import Iterator
from pathlib import Path


def living() -> dict[int, int]:
    """Parent of each process that is not dead. One that waits to be collected by its parent is dead."""
    return {pid: parent for pid, state, parent in _stats() if state not in "ZX"}


def descendants(ancestor: int) -> set[int]:
    """Living children, their children and so on."""
    parents = living()
    found: set[int] = set()
    generation = {ancestor}
    while generation := {pid for pid, parent in parents.items() if parent in generation}:
        found |= generation
    return found


def zombies() -> set[int]:
    """Dead, and not collected by anybody yet."""
    return {pid for pid, state, _ in _stats() if state == "Z"}


def command_of(pid: int) -> list[str]:
    """Program and arguments; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def _stats() -> Iterator[tuple[int, str, int]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, *_ = stat.read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(stat.parent.name), state, int(parent)
