"""The dead-letter topics, read and answered with kafka-python: no service runs here, and nothing is waited for."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from shared.dlq.letters import Letter, Lying, letters_among, receipt_for
from shared.errors import DependencyAwayError, brief
from shared.kafkaaccess import KafkaAccess

ANSWER_SECONDS = 15.0
_MAX_REQUEST_BYTES = 4 * 1024 * 1024


def read_letters(kafka: KafkaAccess, topics: Iterable[str]) -> list[Letter]:
    """All letters of these topics, in their order. DependencyAwayError when no broker answers."""
    with _named(), _consumer(kafka) as consumer:
        places = [TopicPartition(topic, at) for topic in topics for at in consumer.partitions_for_topic(topic) or ()]
        return letters_among(_lying(consumer, places))


def send_back(kafka: KafkaAccess, letters: Iterable[Letter]) -> Iterator[Letter]:
    """Each letter once its record is stored where it came from, and the receipt beside the letter."""
    with _named(), _producer(kafka) as producer:
        for letter in letters:
            _deliver(producer, letter.origin, letter.key, letter.value, letter.headers)
            _deliver(producer, letter.topic, letter.key, None, receipt_for(letter), partition=letter.partition)
            yield letter


def _lying(consumer: Any, places: list[TopicPartition]) -> Iterator[Lying]:
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    for place in places:
        consumer.seek_to_beginning(place)
    silent_since = time.monotonic()
    while any(consumer.position(place) < ends[place] for place in places):
        polled = consumer.poll(timeout_ms=500)
        silent_since = time.monotonic() if polled else silent_since
        if time.monotonic() - silent_since > ANSWER_SECONDS:
            raise DependencyAwayError("kafka", "it no longer delivers")
        for place, records in polled.items():
            yield from (_record(record) for record in records if record.offset < ends[place])


def _record(record: Any) -> Lying:
    headers = tuple((name, bytes(text or b"")) for name, text in record.headers)
    return Lying(record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, headers)


def _deliver(producer: Any, topic: str, key: bytes | None, value: bytes | None, headers: Any, **where: int) -> None:
    producer.send(topic, key=key, value=value, headers=list(headers), **where).get(ANSWER_SECONDS)


@contextmanager
def _consumer(kafka: KafkaAccess) -> Iterator[Any]:
    consumer = KafkaConsumer(**kafka.options(), enable_auto_commit=False)
    try:
        yield consumer
    finally:
        consumer.close()


@contextmanager
def _producer(kafka: KafkaAccess) -> Iterator[Any]:
    producer = KafkaProducer(**kafka.options(), acks="all", max_request_size=_MAX_REQUEST_BYTES)
    try:
        yield producer
    finally:
        producer.close(timeout=ANSWER_SECONDS)


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise DependencyAwayError("kafka", brief(error)) from error
