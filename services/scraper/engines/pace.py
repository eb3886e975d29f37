"""How often one engine may be asked: never more than so many times in any minute, from this process."""

import time
from collections import deque

MINUTE = 60.0


class Pace:
    """`most_a_minute` None is no limit."""

    def __init__(self, most_a_minute: int | None) -> None:
        self._asked: deque[float] = deque(maxlen=most_a_minute)

    def wait(self) -> float:
        """Seconds until it may be asked again; 0 for now."""
        if not self._asked or len(self._asked) != self._asked.maxlen:
            return 0.0
        return max(0.0, self._asked[0] + MINUTE - time.monotonic())

    def ask(self) -> None:
        """It is asked now."""
        self._asked.append(time.monotonic())
