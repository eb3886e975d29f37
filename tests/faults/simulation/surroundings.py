"""What all processes of one simulation share: the servers, the web, the disk, and the rules an operator has set."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from services.scheduler.rules import Rules
from shared.cassandra import Cassandra
from shared.publisher import Publisher
from tests.contract.cassandra_in_memory.session import MemoryCassandra
from tests.faults.simulation.broker import Broker
from tests.faults.simulation.kafka import publisher_of
from tests.faults.simulation.node import Node, Wire
from tests.faults.simulation.process import Process
from tests.faults.simulation.relay import Mailbox
from tests.faults.simulation.timeline import Timeline
from tests.faults.simulation.web import Web


@dataclass(frozen=True)
class Surroundings:
    timeline: Timeline
    node: Node
    broker: Broker
    mailbox: Mailbox
    web: Web
    folder: Path
    rules: Rules

    def cassandra(self, process: Process) -> Cassandra:
        """The session of one process."""
        return cast("Cassandra", MemoryCassandra(Wire(process, self.node), now=lambda: process.clock))

    def publisher(self, process: Process) -> Publisher:
        return publisher_of(process, self.broker)
