"""A snapshot of all tables put back into a node that has lost everything, and a group sent back in its topic."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.faults.reading import places_of
from tests.faults.system import KEYSPACE


def carry_away(data: Path, name: str, backup: Path) -> int:
    """Copy the snapshot to where the node's end does not reach it, a folder for each table; its bytes."""
    for folder in sorted((data / "data" / KEYSPACE).glob(f"*/snapshots/{name}")):
        shutil.copytree(folder, backup / _table(folder.parents[1]))
    return sum(file.stat().st_size for file in backup.rglob("*") if file.is_file())


def put_back(backup: Path, data: Path) -> None:
    """Into the empty tables of a node that stands still: they have the same names, but other folders."""
    for folder in _tables(data):
        shutil.copytree(backup / _table(folder), folder, dirs_exist_ok=True)


async def rewind(kafka_url: str, group: str, topic: str, moment: datetime) -> int:
    """Have the group, of which nobody lives, begin again at what came since that moment; how many records that is."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka_url, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        places = places_of(topic)
        consumer.assign(places)
        since = await consumer.offsets_for_times(dict.fromkeys(places, int(moment.timestamp() * 1000)))
        ends = await consumer.end_offsets(places)
        offsets = {place: since[place].offset if since[place] else ends[place] for place in places}
        await consumer.commit(offsets)
        return _distance(offsets, ends)
    finally:
        await consumer.stop()


def _distance(offsets: dict[TopicPartition, int], ends: dict[TopicPartition, int]) -> int:
    return sum(ends[place] - offsets[place] for place in offsets)


def _tables(data: Path) -> Iterator[Path]:
    return (data / "data" / KEYSPACE).glob("*-*")


def _table(folder: Path) -> str:
    """`jobs-5a1c39…` → `jobs`."""
    return folder.name.partition("-")[0]


async def lose_everything(data: Path) -> None:
    await asyncio.to_thread(shutil.rmtree, data)
