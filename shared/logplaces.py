"""Where lines of the log go: stdout and perhaps a file. A line that finds no room is counted, no more."""

import os
import sys
from pathlib import Path
from threading import Lock
from typing import Protocol

from prometheus_client import Counter

LINES_LOST = Counter("aid_log_lines_lost_total", "Lines that could not be written, as on a full disk", ["place"])


class Stream(Protocol):
    def fileno(self) -> int: ...


class Places:
    """As one. Not through the streams themselves: they keep what found no room, and fail again with it later."""

    def __init__(self, log_file: Path | None) -> None:
        self._file = log_file.open("ab") if log_file else None
        # Python has no stdout when the process was started without one.
        self._streams: dict[str, Stream | None] = {"stdout": sys.stdout}
        if self._file:
            self._streams["file"] = self._file
        for place in self._streams:
            LINES_LOST.labels(place)
        self._torn: set[str] = set()
        self._lock = Lock()

    def write(self, line: str) -> None:
        """Never raises."""
        data = line.encode(errors="backslashreplace")
        with self._lock:
            for place, stream in self._streams.items():
                if not self._written(place, stream, data):
                    LINES_LOST.labels(place).inc()

    def _written(self, place: str, stream: Stream | None, data: bytes) -> bool:
        """Whole. Part of a line, as when a pipe is full, is ended before the next."""
        rest = b"\n" + data if place in self._torn else data
        whole = len(rest)
        try:
            while rest and stream is not None:
                rest = rest[os.write(stream.fileno(), rest) :]
        except (OSError, ValueError):  # ValueError: it was closed
            if len(rest) < whole:
                self._torn.add(place)
            return False
        self._torn.discard(place)
        return not rest

    def flush(self) -> None:
        """Each line is, as it comes."""

    def close(self) -> None:
        if self._file:
            self._file.close()
