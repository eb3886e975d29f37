"""The wall clocks of the services' processes, which a test may put."""

import asyncio
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

FOLDER = Path(__file__).parent / "clock"


class WallClock:
    """Of one process, also when it is started again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text("0")

    @property
    def environment(self) -> Mapping[str, str]:
        paths = [str(FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {"PYTHONPATH": os.pathsep.join(paths), "FAULTS_CLOCK": str(self._file)}

    async def put(self, off: timedelta) -> None:
        """Return when the process sees it, which must be running."""
        told = str(off.total_seconds())
        written = self._file.with_suffix(".new")
        written.write_text(told)
        written.rename(self._file)
        shown = self._file.with_suffix(".shown")
        async with asyncio.timeout(60):
            while not shown.exists() or float(shown.read_text() or "nan") != float(told):
                await asyncio.sleep(0.01)
