"""The bytes of one answer while they come and are looked at: the small ones in memory, the large ones in a file."""

import hashlib
import zlib
from contextlib import suppress
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

from services.packager.storage import room_needed
from services.packager.structures import Bytes


@dataclass(frozen=True)
class Content:
    """All bytes of an answer, with their SHA-256 in hex and their CRC-32; only valid until its body is closed."""

    data: Bytes
    sha256: str
    crc: int


class Body:
    """Up to `in_memory` bytes stay in memory; with more, all go to a file without a name in `folder`.

    What comes is hashed at once, while the processor has it at hand.
    """

    def __init__(self, *, in_memory: int, folder: Path) -> None:
        self.size = 0
        self._in_memory = in_memory
        self._folder = folder
        self._hash, self._crc = hashlib.sha256(), 0
        self._pieces: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._map: mmap | None = None

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        self._hash.update(piece)
        self._crc = zlib.crc32(piece, self._crc)
        if self._file is not None:
            with room_needed():
                self._file.write(piece)
            return
        self._pieces.append(piece)
        if self.size > self._in_memory:
            self._spill()

    def content(self) -> Content:
        return Content(self._all(), self._hash.hexdigest(), self._crc)

    def _all(self) -> Bytes:
        if self._file is None:
            self._pieces = [b"".join(self._pieces)]
            return self._pieces[0]
        with room_needed():
            self._file.flush()
        self._map = mmap(self._file.fileno(), 0, access=ACCESS_READ)
        return self._map

    def _spill(self) -> None:
        with room_needed():
            self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed with the body
            self._file.writelines(self._pieces)
        self._pieces = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever has failed meanwhile, that is what is raised."""
        self._pieces = []
        if self._map is not None:
            with suppress(BufferError):  # somebody still looks at it; it goes with him
                self._map.close()
        if self._file is not None:
            with suppress(OSError):  # what its buffer holds finds no room on a full disk, and nobody wants it
                self._file.close()
