"""What a service may rely on when its instances die or stop: on real Kafka through Faust, and in the simulation."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest
import time_machine

from shared.cloudevents import decode
from shared.consumer import Consumer
from shared.events import Event, JobStarted, MailRefused
from shared.provision import ProvisionSettings, create_topics
from shared.topics import JOB_INBOX, JOB_LIFECYCLE
from tests.faults.simulation.broker import Broker
from tests.faults.simulation.kafka import publisher_of
from tests.faults.simulation.process import Process
from tests.faults.simulation.streams import Streams
from tests.faults.simulation.timeline import BEGINNING, Clock, Timeline
from tests.integration.answering import DEAD_LETTERS_OF, answer
from tests.integration.bus import Bus, listening
from tests.integration.running import RunningService


class Instance(Protocol):
    async def kill(self) -> None: ...

    async def stop(self) -> object: ...


class Hall(Protocol):
    """Where a service answers every JobStarted with a MailRefused of the same sequence."""

    async def publish(self, *events: Event) -> None: ...

    async def instance(self) -> Instance:
        """One more, started just now."""

    def answers(self) -> list[tuple[UUID, int]]:
        """Jobs and sequences, in the order of each job's partition."""

    async def until(self, condition: Callable[[], bool]) -> None: ...


Scene = Callable[[Hall], Awaitable[None]]


async def instances_that_die_and_stop(hall: Hall) -> None:
    job_ids, sequences = [uuid4() for _ in range(40)], range(1, 21)
    for sequence in sequences:
        await hall.publish(*(JobStarted(job_id=job_id, sequence=sequence) for job_id in job_ids))

    first = await hall.instance()
    await hall.until(lambda: len(hall.answers()) >= 200)
    await first.kill()
    before = len(hall.answers())
    second = await hall.instance()
    await hall.until(lambda: len(hall.answers()) >= before + 100)
    await second.stop()
    third = await hall.instance()
    await hall.until(lambda: len(set(hall.answers())) == len(job_ids) * len(sequences))
    await third.kill()

    for job_id in job_ids:
        heard = list(dict.fromkeys(sequence for job, sequence in hall.answers() if job == job_id))
        assert heard == list(sequences)


@pytest.mark.integration
async def test_on_kafka_nothing_is_lost_and_each_job_keeps_its_order(kafka_url: str, tmp_path: Path) -> None:
    await create_topics(ProvisionSettings(kafka_url=kafka_url, cassandra_hosts="unused:1", partitions=4))
    async with listening(kafka_url, JOB_INBOX) as bus:
        hall = KafkaHall(bus, kafka_url, tmp_path)
        try:
            await instances_that_die_and_stop(hall)
        finally:
            await hall.close()


def test_in_the_simulation_nothing_is_lost_and_each_job_keeps_its_order() -> None:
    with time_machine.travel(BEGINNING, tick=False) as traveller:
        hall = SimulatedHall(Timeline(Random(7), Clock(traveller)))
        hall.play(instances_that_die_and_stop)


class KafkaHall:
    def __init__(self, bus: Bus, kafka_url: str, folder: Path) -> None:
        self.publish = bus.publish
        self._bus = bus
        self._group = f"group-{uuid4()}"
        self._environment = {**os.environ, "AID_KAFKA_URL": kafka_url, "AID_CASSANDRA_HOSTS": "unused:1"}
        self._log = folder / "answering.log"
        self._running: list[RunningService] = []

    async def instance(self) -> Instance:
        command = (sys.executable, "-m", "tests.integration.answering", self._group)
        with self._log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command, env=self._environment, stdout=output, stderr=asyncio.subprocess.STDOUT
            )
        self._running.append(RunningService("answering", process, "", self._log))
        return self._running[-1]

    def answers(self) -> list[tuple[UUID, int]]:
        return answers_among(record for record in self._bus.records if record.topic == JOB_INBOX.name)

    async def until(self, condition: Callable[[], bool]) -> None:
        await self._bus.until(condition, patience=60)

    async def close(self) -> None:
        for instance in self._running:
            await instance.kill()


class SimulatedInstance:
    def __init__(self, process: Process) -> None:
        self._process = process

    async def kill(self) -> None:
        self._process.kill()

    async def stop(self) -> None:
        self._process.stop()
        while self._process.alive:
            await asyncio.sleep(0.1)


class SimulatedHall:
    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._broker = Broker(timeline, partitions=4)
        self._people = Process("people", timeline)
        self._processes = [self._people]
        self.publish = publisher_of(self._people, self._broker).publish

    def play(self, scene: Scene) -> None:
        loop: Any = self._people.loop
        task = loop.create_task(scene(self))
        while not task.done() and self._timeline.now < 3600:
            self._timeline.run(self._timeline.now + 1)
        for process in self._processes:
            process.loop.forget()
        task.result()

    async def instance(self) -> Instance:
        process = Process("answering", self._timeline)
        self._processes.append(process)
        process.start(self._answering)
        return SimulatedInstance(process)

    async def _answering(self, process: Process) -> None:
        publisher = publisher_of(process, self._broker)
        consumer = Consumer(DEAD_LETTERS_OF, {JobStarted: answer}, publisher)
        await Streams(process, self._broker, [JOB_LIFECYCLE], consumer).run()

    def answers(self) -> list[tuple[UUID, int]]:
        logs = [log for (topic, _), log in self._broker.logs.items() if topic == JOB_INBOX.name]
        return answers_among(record for log in logs for record in log)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await asyncio.sleep(0.5)


def answers_among(records: Iterable[Any]) -> list[tuple[UUID, int]]:
    """Whatever else lies on that topic is somebody else's."""
    wanted = ("ce_type", MailRefused.type_name().encode())
    events = [decode(r.topic, r.value, r.headers) for r in records if wanted in tuple(r.headers)]
    return [(event.job_id, event.sequence) for event in events]
