"""How much memory a process and all that came of it hold, as Linux counts it."""

from collections import defaultdict
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
KIB = 1024


def memory_of_tree(root: int) -> int:
    """Bytes that are resident; what several share is counted once."""
    children = _children()
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        total += _memory(pid)
        todo += children[pid]
    return total


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = defaultdict(list)
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            children[_parent(folder)].append(int(folder.name))
    return children


def _parent(folder: Path) -> int:
    """Its name is in brackets, and may hold any character."""
    return int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])


def _memory(pid: int) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * KIB
    return 0
