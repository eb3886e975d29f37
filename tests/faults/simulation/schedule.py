"""What is to happen in one simulation: who wants what, who dies when, what goes away for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shared.errors import Reason

SERVICES = ("gateway", "scheduler", "scraper", "packager", "notifier")

Server = Literal["cassandra", "kafka", "relay"]

Place = tuple[str, int]
"""A service and the number of one of its instances."""


@dataclass(frozen=True)
class Act:
    """Something a person does `after` so many seconds from the acceptance; a new time lies `by` seconds ahead."""

    what: Literal["cancel", "delete", "reschedule", "again"]
    after: float
    by: float = 0


@dataclass(frozen=True)
class Wish:
    """Sent `at` that second, for a time `due_in` seconds later. `may_fail`: for these reasons, on a bad web."""

    query: str
    images: int
    address: str
    at: float
    due_in: float
    acts: Sequence[Act] = ()
    may_fail: frozenset[Reason] = frozenset()

    @property
    def may_be_cancelled(self) -> bool:
        return self.may_be_deleted or any(act.what == "cancel" for act in self.acts)

    @property
    def may_be_deleted(self) -> bool:
        return any(act.what == "delete" for act in self.acts)


@dataclass(frozen=True)
class Fuse:
    """Whoever makes the nth write of a service dies, just before it or just after."""

    service: str
    writes: int


@dataclass(frozen=True)
class Blow:
    """What befalls one process at a moment: killed, frozen for `seconds`, told to stop, or its group is dealt anew."""

    what: Literal["kill", "freeze", "stop", "rebalance"]
    service: str
    instance: int
    at: float
    seconds: float = 0


@dataclass(frozen=True)
class Outage:
    server: Server
    at: float
    seconds: float


@dataclass(frozen=True)
class Rewind:
    """Somebody sets a group back to an earlier record of each partition."""

    at: float
    group: str


@dataclass(frozen=True)
class Schedule:
    """Moments in seconds from the beginning. From `calm_at` on only fuses still burn.

    `trouble`: by server, or `web`, the share of requests that go wrong until then. `absences`: how many seconds it
    takes until a service that died is started again; else it takes a few. `slowness`: of the web, 1 on an ordinary
    day. `skews`: seconds by which the clocks of processes are wrong. `refused`: addresses the relay never takes.
    """

    seed: int
    partitions: int
    instances: Mapping[str, int]
    wishes: Sequence[Wish]
    fuses: Sequence[Fuse] = ()
    blows: Sequence[Blow] = ()
    outages: Sequence[Outage] = ()
    rewinds: Sequence[Rewind] = ()
    trouble: Mapping[str, float] = field(default_factory=dict)
    absences: Mapping[str, float] = field(default_factory=dict)
    slowness: float = 1.0
    skews: Mapping[Place, float] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    calm_at: float = 240.0

    @property
    def is_prompt(self) -> bool:
        """Whether nobody sleeps and every server answers at once: then what is decided is done within seconds."""
        sleeps = any(blow.what == "freeze" for blow in self.blows)
        return not (sleeps or self.outages or any(self.trouble.values()))

    @property
    def places(self) -> list[Place]:
        return [(service, number) for service in SERVICES for number in range(self.instances[service])]
