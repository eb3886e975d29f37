"""Whatever lies in a batch is given to us: as its records, or as one that holds the batch."""

import gzip
import random
from typing import Any

import pytest
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.record.default_records import DefaultRecordBatch

from shared.anyrecords import MOST_BYTES, AnyRecords
from shared.cloudevents import UNREADABLE
from tests.integration.batches import GZIP, LZ4, SNAPPY, ZSTD, RawRecord, batch, records_of, sealed

THREE = (
    RawRecord(b"one", b"key", ((b"name", b"text"), (b"", b""), (b"same", b"1"), (b"same", None))),
    RawRecord(None),
    RawRecord(b"three"),
)
CODECS = {GZIP: gzip_encode, SNAPPY: snappy_encode, LZ4: lz4_encode, ZSTD: zstd_encode}


def read(*batches: bytes) -> list[Any]:
    records = AnyRecords(b"".join(batches))
    found: list[Any] = []
    while records.has_next():
        following = records.next_batch()
        assert following.validate_crc()
        found += following
    return found


def told(records: list[Any]) -> list[tuple[Any, ...]]:
    return [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in records]


def test_what_aiokafka_can_read_is_read_by_it() -> None:
    assert told(read(batch(THREE))) == told(list(DefaultRecordBatch(batch(THREE))))
    assert read(batch(THREE))[0].headers == [("name", b"text"), ("", b""), ("same", b"1"), ("same", None)]


@pytest.mark.parametrize("codec", CODECS)
def test_every_compression_a_producer_may_choose_is_read(codec: int) -> None:
    compressed = sealed(CODECS[codec](records_of(batch(THREE))), len(THREE), codec=codec)

    assert told(read(compressed)) == told(read(batch(THREE)))


def test_a_header_name_that_is_no_text_is_shown_and_its_neighbours_are_read() -> None:
    odd = RawRecord(b"odd", b"key", ((b"\xff\xfe", b"x"), (b"name\xff", None)))

    records = read(batch([THREE[0], odd, THREE[2]]))

    assert [(record.offset, record.value) for record in records] == [(0, b"one"), (1, b"odd"), (2, b"three")]
    assert records[1].headers == [("\\xff\\xfe", b"x"), ("name\\xff", None)]


def test_bytes_behind_a_gzip_stream_do_no_harm() -> None:
    compressed = sealed(gzip.compress(records_of(batch(THREE))) + b"tail", len(THREE), codec=GZIP)

    assert told(read(compressed)) == told(read(batch(THREE)))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("payload", [b"", b"no such stream", b"\x1f\x8b\x08"])
def test_a_batch_nobody_can_read_is_given_as_it_lies_there(codec: int, payload: bytes) -> None:
    raw = sealed(payload, 3, codec=codec)

    (record,) = read(raw)

    assert (record.offset, record.key, record.value) == (2, None, raw)
    assert [name for name, _ in record.headers] == [UNREADABLE]


def test_what_can_be_read_before_the_damage_is_given_once() -> None:
    torn = sealed(records_of(batch(THREE))[:-3], 3)

    first, second, rest = read(torn)

    assert [(first.offset, first.value), (second.offset, second.value)] == [(0, b"one"), (1, None)]
    assert (rest.offset, rest.value) == (2, torn)


@pytest.mark.parametrize("codec", [GZIP, LZ4, ZSTD])
def test_a_bomb_does_not_go_off(codec: int) -> None:
    bomb = sealed(CODECS[codec](records_of(batch([RawRecord(b"\0" * MOST_BYTES)]))), 1, codec=codec)
    assert len(bomb) < MOST_BYTES / 200

    (record,) = read(bomb)

    assert record.value == bomb


def test_an_unknown_codec_is_no_end() -> None:
    raw = sealed(records_of(batch(THREE)), 3, codec=7)

    assert [record.value for record in read(raw, batch(THREE))] == [raw, b"one", None, b"three"]


def test_no_bytes_at_all_end_the_reading() -> None:
    """Some of these once ended the whole process, in compiled code that reads past the end."""
    rng = random.Random(4711)
    odd = RawRecord(b"odd", b"key", ((b"\xff\xfe", b"x"), (b"name\xff", None)))
    whole = records_of(batch([*THREE, odd]))

    for _ in range(3_000):
        payload = bytearray(whole)
        for at in rng.sample(range(len(whole)), rng.randrange(4)):
            payload[at] = rng.randrange(256)
        cut = rng.choice([len(whole), len(whole), rng.randrange(len(whole))])
        raw = sealed(bytes(payload[:cut]), 4)

        assert all(isinstance(name, str) for record in read(raw) for name, _ in record.headers)
