"""The bytes of one answer while they are looked at: the small ones in memory, the large ones in a file."""

from contextlib import ExitStack
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

from services.packager.storage import room_needed
from services.packager.structures import Bytes


class Body:
    """Up to `in_memory` bytes stay in memory; with more, all go to a file without a name in `folder`."""

    def __init__(self, *, in_memory: int, folder: Path) -> None:
        self.size = 0
        self._in_memory = in_memory
        self._folder = folder
        self._pieces: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._open = ExitStack()

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        if self._file is not None:
            with room_needed():
                self._file.write(piece)
            return
        self._pieces.append(piece)
        if self.size > self._in_memory:
            self._spill()

    def bytes(self) -> Bytes:
        """All of them, as one; only valid until the body is closed."""
        if self._file is None:
            self._pieces = [b"".join(self._pieces)]
            return self._pieces[0]
        with room_needed():
            self._file.flush()
        return self._open.enter_context(mmap(self._file.fileno(), 0, access=ACCESS_READ))

    def _spill(self) -> None:
        with room_needed():
            file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed with the body
            self._file = self._open.enter_context(file)
            file.writelines(self._pieces)
        self._pieces = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._pieces = []
