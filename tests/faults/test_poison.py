"""Rubbish of every kind lies on every topic between the events of good jobs."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer

from shared.topics import CONSUMING_SERVICES, dead_letters
from tests.faults.poison import TOPICS, Poison
from tests.faults.reading import CONSUMED
from tests.faults.trial import Trial
from tests.integration.batches import RawRecord, batch, produce

pytestmark = pytest.mark.faults

NOT_EVEN_TEXT = RawRecord(b"poison", headers=((b"\xff\xfe", b"a header whose name no client can read"),))


async def test_rubbish_is_put_aside_once_and_harms_no_job(trial: Trial, long: bool) -> None:
    jobs, records = (50, 1_000) if long else (5, 50)
    processes = [instance.pid for instance in trial.system.fleet.instances]
    asking = asyncio.ensure_future(trial.people.submit_many(jobs, over=60 if long else 3))
    poisoned = await poison(trial, records)
    await asking
    scene = await trial.settle()

    put_aside = Counter((letter.partition(":")[0], letter.rpartition(" of ")[2]) for letter in scene.dead_letters)
    assert put_aside == Counter((topic, place) for place in poisoned for topic in dead_letter_topics(place))
    assert [instance.pid for instance in trial.system.fleet.instances if instance.process.alive] == processes
    trial.require_survival(replace(scene, dead_letters=()), poison_per_topic=records)


def dead_letter_topics(place: str) -> list[str]:
    """Of everybody who reads the topic of that place."""
    topic = place.rsplit("-", 2)[0]
    return [dead_letters(service).name for service in CONSUMING_SERVICES if topic in CONSUMED[service]]


async def poison(trial: Trial, records: int) -> list[str]:
    """Where each record lies: `topic-partition-offset`."""
    source, places = Poison(trial.rng), []
    async with AIOKafkaProducer(bootstrap_servers=trial.system.kafka_url, max_request_size=4 * 1024 * 1024) as producer:
        for _ in range(records):
            made = [source.record(topic) for topic in TOPICS]
            for record in made:
                lies = await producer.send_and_wait(
                    record.topic, record.value, key=record.key, headers=list(record.headers)
                )
                places.append(f"{lies.topic}-{lies.partition}-{lies.offset}")
    for topic in TOPICS:
        offset = await produce(trial.system.kafka_url, topic.name, 0, batch([NOT_EVEN_TEXT]))
        places.append(f"{topic.name}-0-{offset}")
    return places
