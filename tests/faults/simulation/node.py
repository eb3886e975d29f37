"""The Cassandra of the simulation: one node that loses answers, writes late, goes away, and leaves Paxos in doubt."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from shared.errors import DependencyAwayError
from tests.contract.cassandra_in_memory.session import Request, carry_out
from tests.contract.cassandra_in_memory.tables import Row, Tables
from tests.faults.simulation.process import Process
from tests.faults.simulation.timeline import Timeline

NOT_APPLIED = [{"[applied]": False}]

LATEST = 60.0
"""Seconds after which a write that was not confirmed may still arrive."""


class Node:
    """`trouble` is the share of requests whose answer is lost; `away` loses them all.

    `decided`: by table, the conditional writes that were applied, and when, in seconds since 1970.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.tables = Tables(now=lambda: timeline.wall)
        self.trouble = 0.0
        self.away = False
        self.decided: defaultdict[str, list[tuple[float, Row]]] = defaultdict(list)
        self._timeline = timeline
        self._in_doubt: defaultdict[tuple[str, Any], list[Callable[[], object]]] = defaultdict(list)

    def serve(self, request: Request) -> list[Row]:
        """DependencyAwayError: it may have happened, may never, or may still happen."""
        if request.serial:
            self._settle(request)
        if self.away or self._timeline.rng.random() < self.trouble:
            self._perhaps(request)
            raise DependencyAwayError("cassandra", "no answer")
        return self._carry_out(request)

    def _carry_out(self, request: Request) -> list[Row]:
        answer = carry_out(self.tables, request)
        if request.conditional and answer != NOT_APPLIED:
            row = request.statement.bound(request.rows[0])
            self.decided[request.statement.table].append((self._timeline.wall, row))
        return answer

    def _perhaps(self, request: Request) -> None:
        rng = self._timeline.rng
        if not request.writes or self.away or rng.random() < 0.4:
            return
        if rng.random() < 0.5:
            self._carry_out(request)
        elif request.conditional:
            self._in_doubt[self._partition(request)].append(lambda: self._carry_out(request))
        else:
            self._timeline.after(rng.uniform(0, LATEST), lambda: self._late(request))

    def _late(self, request: Request) -> None:
        self._carry_out(request)

    def _settle(self, request: Request) -> None:
        """Whoever asks Paxos next finishes what was left in doubt, or nobody ever will."""
        for write in self._in_doubt.pop(self._partition(request), ()):
            if self._timeline.rng.random() < 0.5:
                write()

    def _partition(self, request: Request) -> tuple[str, Any]:
        return self.tables.partition_of(request.statement, request.rows[0])


class Wire:
    """The way of one process to the node: the `Line` of its MemoryCassandra."""

    def __init__(self, process: Process, node: Node) -> None:
        self._process = process
        self._node = node

    async def ask(self, request: Request) -> list[Row]:
        asked_at = self._process.clock

        def arrive() -> list[Row]:
            return self._node.serve(self._as_it_left(request, asked_at))

        return await self._process.call(arrive, writes=request.writes)

    def _as_it_left(self, request: Request, asked_at: float) -> Request:
        """A process that slept may have been about to send it, and stamps it when it wakes up."""
        slept = self._process.thawed_at > asked_at
        return request._replace(stamp=int(self._process.thawed_at * 1_000_000)) if slept else request
