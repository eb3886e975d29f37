"""Reading whatever lies in a partition, so that no record ends the fetching before our own code sees it.

aiokafka 0.14 reads header names as strict UTF-8 and compressed batches with strict decoders, into as much memory as
they ask for. The broker checks neither, and the fetcher would meet the same batch again after every restart.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, SupportsIndex

import cramjam
from aiokafka.codec import snappy_decode
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy, _DefaultRecordPy
from aiokafka.record.memory_records import _MemoryRecordsPy
from aiokafka.record.util import decode_varint_py

from shared.cloudevents import UNREADABLE

MOST_BYTES = 8 * 1024 * 1024
"""What a compressed batch may grow to; the topics take 1 MiB, compressed."""

_HEADER_BYTES = 61
_ATTRIBUTES_AT = 21
_CODEC = 0x07


def read_any_record() -> None:
    """From now on every aiokafka consumer of this process reads this way; the library has no other door."""
    fetcher.MemoryRecords = AnyRecords


class AnyRecords(_MemoryRecordsPy):  # type: ignore[misc]
    """What one fetch brought, batch by batch."""

    def next_batch(self) -> Any:
        raw = bytes(self._next_slice)
        batch = super().next_batch()
        return AnyBatch(batch, raw) if isinstance(batch, DefaultRecordBatch) else batch


class AnyBatch:
    """A batch as aiokafka gives it, but its iteration never fails."""

    def __init__(self, batch: Any, raw: bytes) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        """Only a control batch is asked this way."""
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        """Each record once; for those that cannot be read, one that holds the batch, at the last offset of it."""
        try:
            yield from self._read()
        except Exception as problem:  # noqa: BLE001 - whatever it is, the partition must go on
            yield self._stand_in(problem)

    def _read(self) -> Iterator[Any]:
        done = 0
        try:
            for record in _strictly(self._raw):
                yield record
                done += 1
        except UnicodeDecodeError:
            yield from islice(_leniently(self._raw), done, None)

    def _stand_in(self, problem: Exception) -> Any:
        batch = self._batch
        headers = [(UNREADABLE, f"{type(problem).__name__}: {problem}"[:300].encode())]
        return _DefaultRecordPy(
            batch.next_offset - 1, batch.max_timestamp, batch.timestamp_type, None, self._raw, headers
        )


def _strictly(raw: bytes) -> Iterator[Any]:
    return iter(DefaultRecordBatch(_uncompressed(raw)))


def _leniently(raw: bytes) -> Iterator[Any]:
    return iter(_LenientBatch(_uncompressed(raw)))


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self._buffer = _AnyText(raw)  # the only place where the names are still bytes

    def _read_msg(self) -> Any:
        # The compiled reader of numbers that is the default reads past the end of the buffer.
        return super()._read_msg(decode_varint_py)


class _AnyText(bytearray):
    r"""Bytes whose parts, read as text, show what is no UTF-8 as `\xff`."""

    def __getitem__(self, at: SupportsIndex | slice) -> Any:
        part = super().__getitem__(at)
        return _AnyText(part) if isinstance(part, bytearray) else part

    def decode(self, *_: Any) -> str:
        return super().decode("utf-8", "backslashreplace")


def _uncompressed(raw: bytes) -> bytes:
    """The same batch without compression; its checksum is no longer true."""
    (attributes,) = struct.unpack_from(">h", raw, _ATTRIBUTES_AT)
    if not attributes & _CODEC:
        return raw
    header = bytearray(raw[:_HEADER_BYTES])
    struct.pack_into(">h", header, _ATTRIBUTES_AT, attributes & ~_CODEC)
    return bytes(header) + _decompressed(attributes & _CODEC, raw[_HEADER_BYTES:])


def _decompressed(codec: int, payload: bytes) -> bytes:
    decompress = _DECOMPRESS.get(codec)
    if decompress is None:
        raise ValueError(f"unknown codec {codec}")
    return decompress(payload)


def _gunzip(payload: bytes) -> bytes:
    # Not the gzip module: it refuses bytes behind the stream, which the broker lets through.
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    plain = stream.decompress(payload, MOST_BYTES)
    if not stream.eof:
        raise ValueError(f"cut off, or more than {MOST_BYTES} bytes")
    return plain


def _bounded(into: Callable[[bytes, bytearray], int]) -> Callable[[bytes], bytes]:
    def decompress(payload: bytes) -> bytes:
        room = bytearray(MOST_BYTES)
        return bytes(room[: into(payload, room)])

    return decompress


_DECOMPRESS: dict[int, Callable[[bytes], bytes]] = {
    1: _gunzip,
    2: snappy_decode,  # grows 21 times at most
    3: _bounded(cramjam.lz4.decompress_into),
    4: _bounded(cramjam.zstd.decompress_into),
}
"""By the codec's number in a batch's attributes."""
