"""What Linux knows of a process: since when it runs, and who lives in its session (`man 5 proc`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stat:
    pid: int
    state: str
    session: int
    started: int
    """Clock ticks since boot. A number used again for another process has a later one."""

    @property
    def running(self) -> bool:
        """A zombie has ended; only its parent has not asked yet."""
        return self.state not in "ZX"


def read_stat(pid: int) -> Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return parse_stat(text)


def parse_stat(text: str) -> Stat:
    """Read one `/proc/<pid>/stat`; the name in it may hold spaces and parentheses."""
    pid, rest = text.split(" (", 1)
    fields = rest.rpartition(") ")[2].split()
    return Stat(pid=int(pid), state=fields[0], session=int(fields[3]), started=int(fields[19]))


def session_members(session: int) -> Iterator[Stat]:
    for entry in Path("/proc").iterdir():
        stat = read_stat(int(entry.name)) if entry.name.isdecimal() else None
        if stat and stat.session == session and stat.running:
            yield stat
