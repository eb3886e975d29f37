"""Everything of one simulation, in one thread and in virtual time; the same seed makes the same world."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import time_machine

from services.scheduler.rules import Rules
from tests.faults.simulation.broker import Broker
from tests.faults.simulation.node import Node
from tests.faults.simulation.people import People
from tests.faults.simulation.process import Process
from tests.faults.simulation.relay import Mailbox
from tests.faults.simulation.replicas import Fuses, Replica
from tests.faults.simulation.schedule import SERVICES, Schedule
from tests.faults.simulation.surroundings import Surroundings
from tests.faults.simulation.timeline import BEGINNING, Clock, Timeline
from tests.faults.simulation.web import Web

RULES = Rules(link=timedelta(minutes=10), cleanup=timedelta(minutes=20))
MEMORY = Path("/dev/shm")
"""Archives lie here where it is there: nobody pulls the plug of this machine."""


class World:
    """`replicas` by service and number; `people` use them."""

    def __init__(self, schedule: Schedule, folder: Path, clock: Clock) -> None:
        rng = random.Random(schedule.seed)
        timeline = Timeline(rng, clock)
        self.schedule = schedule
        self.timeline = timeline
        self.around = Surroundings(
            timeline,
            Node(timeline),
            Broker(timeline, schedule.partitions),
            Mailbox(rng, lambda: timeline.wall),
            Web(rng),
            folder,
            RULES,
        )
        self.fuses = {service: Fuses() for service in SERVICES}
        self.replicas = {place: self._replica(*place) for place in schedule.places}
        self.people = People(self.around, lambda: self.replicas["gateway", 0].process)

    def _replica(self, service: str, number: int) -> Replica:
        skew, absence = self.schedule.skews.get((service, number), 0.0), self.schedule.absences.get(service)
        return Replica(service, self.around, self.fuses[service], skew, absence)

    @property
    def deaths(self) -> int:
        """Without warning."""
        return sum(not process.alive and not process.left for process in self.processes())

    def processes(self) -> Iterator[Process]:
        """All that ever ran."""
        for replica in self.replicas.values():
            yield from replica.past

    def fingerprint(self) -> str:
        """The same for two runs of one schedule."""
        digest = hashlib.sha256(f"{self.timeline.steps} {self.timeline.now}".encode())
        for place, log in self.around.broker.logs.items():
            for record in log:
                digest.update(repr((place, record.timestamp_ms, record.key, record.value)).encode())
        digest.update(repr(self.around.mailbox.copies).encode())
        return digest.hexdigest()

    def end(self) -> None:
        self.people.loop.forget()
        for process in self.processes():
            process.loop.forget()


@contextmanager
def a_world(schedule: Schedule) -> Iterator[World]:
    """Jitter in our code comes from the common generator, so that has the same seed."""
    random.seed(schedule.seed)
    with (
        TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        time_machine.travel(BEGINNING, tick=False) as traveller,
    ):
        world = World(schedule, Path(folder), Clock(traveller))
        try:
            yield world
        finally:
            world.end()
