"""One archive as it is written: pictures stored as they are, straight into their place."""

from contextlib import ExitStack
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from services.packager.storage import room_needed
from services.packager.structures import Bytes

_DATE = (1980, 1, 1, 0, 0, 0)  # the same pictures make the same archive
_READABLE = 0o644 << 16
_UNIX = 3


class ZipWriter:
    """Writes `path` anew. Every call touches the disk: RunError when that is full."""

    def __init__(self, path: Path) -> None:
        with room_needed():
            self._file = path.open("wb")
            self._zip = ZipFile(self._file, "w", ZIP_STORED)  # pictures do not compress

    def add(self, name: str, data: Bytes) -> None:
        """`name` is ours: the ZIP format would store `../x` just so."""
        entry = ZipInfo(name, _DATE)
        entry.external_attr, entry.create_system = _READABLE, _UNIX
        with room_needed():
            self._zip.writestr(entry, data)

    @property
    def size(self) -> int:
        """Bytes so far, without the directory that `close` writes."""
        return self._file.tell()

    def close(self) -> None:
        """Closing it again does nothing."""
        with room_needed(), ExitStack() as both:
            both.callback(self._file.close)
            both.callback(self._zip.close)
