"""Record batches as any producer may write them, byte by byte: what no well-behaved client lets through."""

import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.util import calc_crc32c, encode_varint

PLAIN, GZIP, SNAPPY, LZ4, ZSTD = range(5)
_HEADER = struct.Struct(">qiibIhiqqqhii")
_AFTER_LENGTH, _AFTER_CRC = 12, 21
_NOW = int(time.time() * 1000)


@dataclass(frozen=True)
class RawRecord:
    """Header names are bytes; None is a null."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[bytes, bytes | None], ...] = ()


def batch(records: Sequence[RawRecord]) -> bytes:
    """Uncompressed, magic 2."""
    return sealed(b"".join(_framed(_body(offset, record)) for offset, record in enumerate(records)), len(records))


def sealed(payload: bytes, count: int, *, codec: int = PLAIN) -> bytes:
    """The batch whose records, compressed with `codec`, are `payload`."""
    length = _HEADER.size - _AFTER_LENGTH + len(payload)
    fields = (0, length, -1, 2, 0, codec, count - 1, _NOW, _NOW, -1, -1, -1, count)
    whole = bytearray(_HEADER.pack(*fields) + payload)
    struct.pack_into(">I", whole, _AFTER_CRC - 4, calc_crc32c(bytes(whole[_AFTER_CRC:])))
    return bytes(whole)


def records_of(plain: bytes) -> bytes:
    """What lies behind the batch's own header."""
    return plain[_HEADER.size :]


async def produce(kafka_url: str, topic: str, partition: int, whole: bytes) -> int:
    """Where the only broker put it; its refusal is raised."""
    client = AIOKafkaClient(bootstrap_servers=kafka_url)
    await client.bootstrap()
    try:
        (broker,) = client.cluster.brokers()
        request = ProduceRequest(None, -1, 10_000, [(topic, [(partition, whole)])])
        answer = await client.send(broker.nodeId, request)
        ((_, ((_, code, offset, *_rest),)),) = answer.topics
        if code:
            raise for_code(code)(f"{topic}-{partition}")
        return int(offset)
    finally:
        await client.close()


def _body(offset: int, record: RawRecord) -> bytes:
    headers = b"".join(_sized(name) + _sized(text) for name, text in record.headers)
    return (
        b"\0\0" + _varint(offset) + _sized(record.key) + _sized(record.value) + _varint(len(record.headers)) + headers
    )


def _sized(text: bytes | None) -> bytes:
    return _varint(-1) if text is None else _varint(len(text)) + text


def _framed(body: bytes) -> bytes:
    return _varint(len(body)) + body


def _varint(number: int) -> bytes:
    out = bytearray()
    encode_varint(number, out.append)
    return bytes(out)
