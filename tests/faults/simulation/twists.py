"""What seldom happens by chance, and then shows most: each makes one kind of moment likely in a schedule."""

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from random import Random

from tests.faults.simulation.schedule import Act, Blow, Fuse, Rewind, Schedule

Twist = Callable[[Random, Schedule], Schedule]

BUSY = 60.0
"""Seconds in which jobs are under way."""


def flapping(service: str) -> Twist:
    """Its partitions go to and fro between two instances all the time."""

    def twist(rng: Random, schedule: Schedule) -> Schedule:
        pauses = [rng.uniform(0.6, 3) for _ in range(30)]
        blows = [Blow("rebalance", service, 0, at) for at in accumulate(pauses, initial=rng.uniform(5, 20))]
        return replace(_doubled(service, schedule), blows=[*schedule.blows, *blows])

    return twist


def sleepy(service: str) -> Twist:
    """One of two instances sleeps until it has been given up, wakes up, and sleeps again."""

    def twist(rng: Random, schedule: Schedule) -> Schedule:
        naps = [Blow("freeze", service, 0, rng.uniform(0, BUSY), rng.uniform(11, 60)) for _ in range(3)]
        return replace(_doubled(service, schedule), blows=[*schedule.blows, *naps])

    return twist


def dozing(service: str) -> Twist:
    """One instance sleeps again and again while jobs are under way, less than a minute in all."""

    def twist(rng: Random, schedule: Schedule) -> Schedule:
        naps = [Blow("freeze", service, 0, rng.uniform(0, BUSY), rng.uniform(2, 8)) for _ in range(5)]
        return replace(schedule, blows=[*schedule.blows, *naps])

    return twist


def dying(service: str, *, writes: tuple[int, int]) -> Twist:
    """It dies once, so many writes from the beginning."""

    def twist(rng: Random, schedule: Schedule) -> Schedule:
        return replace(schedule, fuses=[*schedule.fuses, Fuse(service, rng.randint(*writes))])

    return twist


def absent(service: str, *, writes: tuple[int, int] = (1, 12)) -> Twist:
    """It dies early, after so many writes, and nobody is there for minutes."""

    def twist(rng: Random, schedule: Schedule) -> Schedule:
        return replace(
            schedule,
            instances={**schedule.instances, service: 1},
            blows=[blow for blow in schedule.blows if (blow.service, blow.instance) != (service, 1)],
            fuses=[*schedule.fuses, Fuse(service, rng.randint(*writes))],
            absences={**schedule.absences, service: rng.uniform(60, 200)},
        )

    return twist


def brittle(service: str) -> Twist:
    """It dies again and again, a few writes after it has been started."""

    def twist(rng: Random, schedule: Schedule) -> Schedule:
        return replace(schedule, fuses=[*schedule.fuses, *(Fuse(service, rng.randint(2, 9)) for _ in range(3))])

    return twist


def hasty(rng: Random, schedule: Schedule) -> Schedule:
    """People cancel or delete what has hardly begun, and delete it once more."""
    first = Act(rng.choice(("cancel", "delete")), rng.uniform(0, 8))
    again = Act("delete", first.after + rng.uniform(0, 5))
    wishes = [replace(wish, acts=[*wish.acts, first, again]) for wish in schedule.wishes]
    return replace(schedule, wishes=wishes)


def repeated(rng: Random, schedule: Schedule) -> Schedule:
    """What was read comes again, to everybody."""
    groups = ("scheduler", "scraper", "packager", "notifier")
    rewinds = [Rewind(rng.uniform(10, 10 * BUSY), group) for group in groups]
    return replace(schedule, rewinds=[*schedule.rewinds, *rewinds])


def evasive_relay(_rng: Random, schedule: Schedule) -> Schedule:
    """More than half of all it is told goes wrong."""
    return replace(schedule, trouble={**schedule.trouble, "relay": 0.6})


def doubtful_store(_rng: Random, schedule: Schedule) -> Schedule:
    """A fifth of all writes may have happened, may never, or may happen later."""
    return replace(schedule, trouble={**schedule.trouble, "cassandra": 0.2})


def slow_web(_rng: Random, schedule: Schedule) -> Schedule:
    """Jobs take their time, so that more may come between."""
    return replace(schedule, slowness=8)


def _doubled(service: str, schedule: Schedule) -> Schedule:
    return replace(schedule, instances={**schedule.instances, service: 2})


TWISTS: tuple[Twist, ...] = (
    *(
        twist(service)
        for twist in (flapping, sleepy, dozing, absent, brittle)
        for service in ("scheduler", "scraper", "packager", "notifier")
    ),
    hasty,
    repeated,
    evasive_relay,
    doubtful_store,
)
