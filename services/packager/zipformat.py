"""The bytes around the files of a ZIP whose entries are stored as they are (APPNOTE 6.3.10). Pure.

Size and checksum are known before a file is written, so nothing is ever written twice, and no reader has to look ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import pack

_SPLIT_32, _SPLIT_16 = 0xFFFF_FFFF, 0xFFFF
_OLD, _ZIP64 = 20, 45  # versions needed to read it
_UNIX = 3 << 8
_READABLE = 0o100644 << 16
_TIME, _DATE = 0, 1 << 5 | 1  # the first day of 1980: the same pictures make the same archive


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of less than 4 GiB. `name` in ASCII; `offset` is where its header begins."""

    name: bytes
    crc: int
    size: int
    offset: int


def header(name: bytes, crc: int, size: int) -> bytes:
    """What stands before a file's bytes."""
    common = _common(_OLD, crc, size, name, extra=0)
    return b"PK\3\4" + common + name


def directory(files: Sequence[Stored], offset: int) -> bytes:
    """What stands behind them all, at `offset`."""
    entries = b"".join(map(_entry, files))
    end = _end(len(files), len(entries), offset)
    if len(files) < _SPLIT_16 and offset + len(entries) < _SPLIT_32:
        return entries + end
    return entries + _end_64(len(files), len(entries), offset) + end


def _entry(file: Stored) -> bytes:
    is_far = file.offset >= _SPLIT_32
    extra = pack("<HHQ", 1, 8, file.offset) if is_far else b""
    needed = _ZIP64 if is_far else _OLD
    common = _common(needed, file.crc, file.size, file.name, len(extra))
    more = pack("<HHHLL", 0, 0, 0, _READABLE, min(file.offset, _SPLIT_32))
    return b"PK\1\2" + pack("<H", _UNIX | needed) + common + more + file.name + extra


def _common(needed: int, crc: int, size: int, name: bytes, extra: int) -> bytes:
    """Flags and method are 0: nothing special, stored."""
    return pack("<5H3L2H", needed, 0, 0, _TIME, _DATE, crc, size, size, len(name), extra)


def _end(count: int, size: int, offset: int) -> bytes:
    """What does not fit stands in the longer form before it."""
    count = min(count, _SPLIT_16)
    return b"PK\5\6" + pack("<4H2LH", 0, 0, count, count, min(size, _SPLIT_32), min(offset, _SPLIT_32), 0)


def _end_64(count: int, size: int, offset: int) -> bytes:
    record = pack("<Q2H2L4Q", 44, _UNIX | _ZIP64, _ZIP64, 0, 0, count, count, size, offset)
    return b"PK\6\6" + record + b"PK\6\7" + pack("<LQL", 0, offset + size, 1)
