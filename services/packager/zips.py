"""One archive as it is written: pictures stored as they are, straight into their place, hashed on the way."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.packager.storage import room_needed
from services.packager.structures import Bytes
from services.packager.zipformat import Stored, directory, header
from shared.errors import Reason, RunError


class ZipWriter:
    """Writes `path` anew, from its first byte to its last. Every call touches the disk: RunError when that fails.

    The `zipfile` of Python goes back to each header once the file is written: half as fast again, and what went out
    could be hashed only by reading it once more.
    """

    def __init__(self, path: Path) -> None:
        with _disk_needed():
            self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self._files: list[Stored] = []
        self.size = 0
        """Bytes so far; all of them once it is closed."""

    @property
    def sha256(self) -> str:
        """Of the bytes so far, in hex."""
        return self._hash.hexdigest()

    def add(self, name: str, data: Bytes, crc: int) -> None:
        """`name` is ours, in ASCII: the ZIP format would store `../x` just so. `crc`: the CRC-32 of `data`."""
        file = Stored(name.encode("ascii"), crc, len(data), self.size)
        self._write(header(file.name, file.crc, file.size))
        self._write(data)
        self._files.append(file)

    def close(self) -> None:
        """Closing it again does nothing."""
        if self._file.closed:
            return
        with _disk_needed(), self._file:
            self._write(directory(self._files, self.size))

    def _write(self, data: Bytes) -> None:
        with _disk_needed():
            self._file.write(data)
        self._hash.update(data)
        self.size += len(data)


@contextmanager
def _disk_needed() -> Iterator[None]:
    """Whatever fails, the run has: half an entry may lie there, and nothing must be written behind it."""
    try:
        with room_needed():
            yield
    except OSError as error:
        raise RunError(Reason.INTERNAL, retryable=True, detail=str(error)) from error
