"""Imported by every Python process that finds this folder on its path: its wall clock follows what a test writes.

The file named by FAULTS_CLOCK says by how many seconds the clock is off; `<file>.shown` says what it shows already.
Clocks that are never put back (`time.monotonic`, the event loop's) go on as they are, as in a real step by NTP.
Until something else than 0 is written nothing is touched.
"""

import os
import threading
import time
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.05


class FollowedClock:
    def __init__(self, said: Path) -> None:
        self._said = said
        self._told: float | None = None
        self._off = 0.0
        self._traveller: Any = None

    def follow(self) -> None:
        off = float(self._said.read_text())
        if off == self._told:
            return
        if off != self._off:
            self._put(off)
        self._said.with_suffix(".shown").write_text(str(off))
        self._told = off

    def _put(self, off: float) -> None:
        if self._traveller is None:
            import time_machine  # noqa: PLC0415 - every process comes here, few need it

            self._traveller = time_machine.travel(time.time()).start()
            time.time()  # the first who asks sets it going
        self._traveller.shift(off - self._off)
        self._off = off

    def follow_for_ever(self) -> None:
        while True:
            self.follow()
            time.sleep(LOOK_SECONDS)


if "FAULTS_CLOCK" in os.environ:
    followed = FollowedClock(Path(os.environ["FAULTS_CLOCK"]))
    followed.follow()
    threading.Thread(target=followed.follow_for_ever, name="clock", daemon=True).start()
