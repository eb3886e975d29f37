"""The Kafka of the simulation: records in partitions, and groups whose members come, go and are given up."""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from shared.cloudevents import Delivery, Headers
from shared.topics import ALL
from tests.faults.simulation.timeline import Timeline

SESSION_SECONDS = 10.0
"""As in shared/streams.py: a member that is silent for so long is given up."""

LONGEST_WAY = 0.02
"""Seconds until a member hears what the broker tells it."""

Place = tuple[str, int]
"""A topic and a partition."""


class Member(Protocol):
    """What the broker tells a member of a group. `silent`: it does not answer."""

    @property
    def silent(self) -> bool: ...

    def revoke(self) -> None: ...

    def assign(self, generation: int, places: list[Place]) -> None: ...

    def wake(self, place: Place) -> None: ...


class Broker:
    """`away`: nobody reaches it. `trouble`: the share of records that are stored and confirmed much later."""

    def __init__(self, timeline: Timeline, partitions: int) -> None:
        self.away = False
        self.trouble = 0.0
        self._timeline = timeline
        self._partitions = {topic.name: 1 if topic.one_partition else partitions for topic in ALL}
        self.logs: dict[Place, list[Delivery]] = {
            (topic, number): [] for topic, count in self._partitions.items() for number in range(count)
        }
        self.groups: dict[str, Group] = {}

    def append(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        place = topic, zlib.crc32(key or b"") % self._partitions[topic]
        log = self.logs[place]
        log.append(Delivery(*place, len(log), int(self._timeline.wall * 1000), key, value, headers))
        for group in self.groups.values():
            group.wake(place)

    def slowness(self) -> float:
        """Seconds until a record that is stored is confirmed."""
        rng = self._timeline.rng
        return rng.uniform(1, 20) if rng.random() < self.trouble else rng.uniform(0.0005, 0.005)

    def wake_all(self) -> None:
        for group in self.groups.values():
            for place in group.places:
                group.wake(place)

    def shake(self, group: str) -> None:
        """Its partitions are dealt out anew, for no reason."""
        if group in self.groups:
            self.groups[group].rebalance()

    def rewind(self, group: str) -> None:
        """Some of what it has read comes again."""
        if group in self.groups:
            committed = self.groups[group].committed
            for place, offset in committed.items():
                committed[place] = self._timeline.rng.choice((0, self._timeline.rng.randint(0, offset)))
            self.groups[group].rebalance()

    def group(self, name: str, topics: Iterable[str]) -> "Group":
        if name not in self.groups:
            places = [place for place in self.logs if place[0] in set(topics)]
            self.groups[name] = Group(self, self._timeline, places)
        return self.groups[name]

    @property
    def all_read(self) -> bool:
        """Whether no group has anything before it."""
        return all(
            group.committed[place] == len(self.logs[place]) for group in self.groups.values() for place in group.places
        )

    def committed(self, group: str, place: Place) -> int:
        return self.groups[group].committed[place] if group in self.groups else 0


@dataclass
class Group:
    """Who reads which partition, and how far they have said they are."""

    broker: Broker
    timeline: Timeline
    places: list[Place]
    committed: defaultdict[Place, int] = field(default_factory=lambda: defaultdict(int))
    generation: int = 0
    members: list[Member] = field(default_factory=list)
    owners: dict[Place, Member] = field(default_factory=dict)
    moving: bool = False

    def join(self, member: Member) -> None:
        if member not in self.members:
            self.members.append(member)
        self.rebalance()

    def leave(self, member: Member) -> None:
        if member in self.members:
            self.members.remove(member)
            self.rebalance()

    def falls_silent(self, member: Member) -> None:
        """It is noticed later, unless it speaks again in time."""

        def notice() -> None:
            if member.silent:
                self.leave(member)

        self.timeline.after(SESSION_SECONDS, notice)

    def rebalance(self) -> None:
        """Everybody lets go of everything; when all who are silent have been given up, it is dealt out anew."""
        if self.moving:
            return
        self.moving = True
        for member in self.members:
            if not member.silent:
                self._soon(member.revoke)
        self.timeline.after(self.timeline.rng.uniform(2 * LONGEST_WAY, 0.5), self._deal)

    def _deal(self) -> None:
        if any(member.silent for member in self.members):
            self.timeline.after(0.5, self._deal)
            return
        self.moving = False
        self.generation += 1
        generation, members = self.generation, list(self.members)
        self.timeline.rng.shuffle(members)
        self.owners = {place: members[n % len(members)] for n, place in enumerate(self.places)} if members else {}
        for member in members:
            mine = [place for place, owner in self.owners.items() if owner is member]
            self._soon(lambda member=member, mine=mine: member.assign(generation, mine))  # type: ignore[misc]

    def commit(self, generation: int, offsets: dict[Place, int]) -> None:
        """What a member of an earlier generation says is not listened to."""
        if generation == self.generation and not self.moving:
            for place, offset in offsets.items():
                self.committed[place] = max(self.committed[place], offset)

    def wake(self, place: Place) -> None:
        owner = self.owners.get(place)
        if owner is not None:
            self._soon(lambda: owner.wake(place))

    def _soon(self, tell: Callable[[], None]) -> None:
        self.timeline.after(self.timeline.rng.uniform(0.0005, LONGEST_WAY), tell)
