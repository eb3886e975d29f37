"""How busy all processors of the machine are, whoever uses them (`man 5 proc`)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Ticks:
    """Of all processors since the start of the machine."""

    busy: int
    all: int

    @classmethod
    def now(cls) -> Self:
        ticks = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        idle, waiting = ticks[3], ticks[4]
        return cls(sum(ticks) - idle - waiting, sum(ticks))

    def busy_since(self, before: "Ticks") -> float:
        """1 when no processor had nothing to do since then."""
        return (self.busy - before.busy) / max(self.all - before.all, 1)
