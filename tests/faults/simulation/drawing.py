"""Schedules drawn from seeds: the same seed is the same schedule."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from shared.errors import Reason
from tests.faults.simulation.schedule import SERVICES, Act, Blow, Fuse, Outage, Place, Rewind, Schedule, Wish
from tests.faults.simulation.twists import TWISTS

WRITES = {"gateway": 2, "scheduler": 30, "scraper": 9, "packager": 7, "notifier": 12}
"""About how many each service makes for one job when all goes well: fuses burn down somewhere among them."""

REFUSED = 0.1
"""The share of people whose relay knows no such address."""

PROMPT = 0.2
"""The share of schedules."""

LARGEST_SKEW = 2.5
"""Seconds either way: five between two services, as much as a heartbeat's freshness bears."""


BAD_WEB = frozenset({Reason.SEARCH_FAILED, Reason.NO_PICTURES})


def draw(seed: int) -> Schedule:
    """Anything may happen; every other time with something that seldom happens by chance.

    In one of five nobody sleeps and every server answers: of these it is asked that all is done promptly.
    """
    rng = Random(seed)
    schedule = broken(rng, quiet(seed))
    if rng.random() < PROMPT:
        return prompt(schedule)
    return rng.choice(TWISTS)(rng, schedule) if rng.random() < 0.5 else schedule


def quiet(seed: int) -> Schedule:
    """Nothing goes wrong."""
    rng = Random(seed)
    jobs = rng.choice((1, 1, 1, 2, 3))
    return Schedule(
        seed=seed,
        partitions=rng.choice((1, 1, 2, 3)),
        instances={service: rng.choice((1, 2)) for service in SERVICES} | {"gateway": 1},
        wishes=[_wish(rng, number) for number in range(jobs)],
        slowness=rng.choice((1, 1, 1, 8)),
        calm_at=rng.uniform(60, 300),
    )


def broken(rng: Random, schedule: Schedule) -> Schedule:
    """The same with processes that die, and with all that may go wrong besides."""
    places, calm_at = schedule.places[1:], schedule.calm_at
    trouble = {server: rng.choice((0, 0, 0.02, 0.1)) for server in ("cassandra", "kafka", "relay", "web")}
    return replace(
        schedule,
        wishes=[_troubled(rng, wish, may_fail=BAD_WEB if trouble["web"] else frozenset()) for wish in schedule.wishes],
        fuses=[_fuse(rng, len(schedule.wishes)) for _ in range(rng.choice((1, 1, 2, 3)))],
        blows=[_blow(rng, rng.choice(places), calm_at) for _ in range(rng.choice((0, 0, 1, 2, 3)))],
        outages=[_outage(rng, calm_at) for _ in range(rng.choice((0, 0, 0, 1, 2)))],
        rewinds=[Rewind(rng.uniform(0, 1500), rng.choice(SERVICES[1:])) for _ in range(rng.choice((0, 0, 0, 1)))],
        trouble=trouble,
        skews=_skews(rng, places),
        refused=frozenset(wish.address for wish in schedule.wishes if rng.random() < REFUSED),
    )


def prompt(schedule: Schedule) -> Schedule:
    """The same with deaths only."""
    blows = [blow for blow in schedule.blows if blow.what != "freeze"]
    wishes = [replace(wish, may_fail=frozenset()) for wish in schedule.wishes]
    return replace(schedule, wishes=wishes, blows=blows, outages=(), trouble={})


def _wish(rng: Random, number: int) -> Wish:
    return Wish(
        query=f"pandas-{number}",
        images=rng.choice((1, 2, 3)),
        address=f"person{number}@example.com",
        at=rng.uniform(0, 30),
        due_in=rng.choice((0, 0, rng.uniform(0, 90))),
    )


def _troubled(rng: Random, wish: Wish, *, may_fail: frozenset[Reason]) -> Wish:
    return replace(wish, acts=[_act(rng) for _ in range(rng.choice((0, 0, 0, 1, 2)))], may_fail=may_fail)


def _act(rng: Random) -> Act:
    after = rng.choice((rng.uniform(0, 10), rng.uniform(0, 200), rng.uniform(0, 3000)))
    match rng.randrange(4):
        case 0:
            return Act("cancel", after)
        case 1:
            return Act("delete", after)
        case 2:
            return Act("reschedule", after, by=rng.uniform(0, 100))
    return Act("again", after)


def _fuse(rng: Random, jobs: int) -> Fuse:
    service = rng.choice(SERVICES)
    return Fuse(service, rng.randint(1, jobs * WRITES[service]))


def _blow(rng: Random, place: Place, calm_at: float) -> Blow:
    at = rng.uniform(0, calm_at)
    match rng.randrange(5):
        case 0:
            return Blow("kill", *place, at)
        case 1:
            return Blow("stop", *place, at)
        case 2:
            return Blow("rebalance", *place, at)
    return Blow("freeze", *place, at, seconds=rng.choice((5.0, 30.0, rng.uniform(0, 900))))


def _outage(rng: Random, calm_at: float) -> Outage:
    at, seconds = rng.uniform(0, calm_at), rng.uniform(1, 120)
    match rng.randrange(3):
        case 0:
            return Outage("cassandra", at, seconds)
        case 1:
            return Outage("kafka", at, seconds)
    return Outage("relay", at, seconds)


def _skews(rng: Random, places: Sequence[Place]) -> dict[Place, float]:
    if rng.random() < 0.7:
        return {}
    return {place: rng.uniform(-LARGEST_SKEW, LARGEST_SKEW) for place in places}
