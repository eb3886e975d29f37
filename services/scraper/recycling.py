"""When a browser has served long enough: they grow, and the longest-lived one is the oddest."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Endurance:
    """After so many searches, or with so many bytes of memory, a browser is replaced."""

    searches: int = 50
    memory: int = 1000 * MIB

    def over(self, searches: int, memory: int | None) -> bool:
        """`memory` is None where it is not known: of a browser on another machine."""
        return searches >= self.searches or (memory is not None and memory > self.memory)
