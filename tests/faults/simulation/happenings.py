"""Puts what a schedule says onto the timeline of a world."""

from functools import partial

from tests.faults.simulation.schedule import Blow, Outage, Server
from tests.faults.simulation.world import World

SLOWEST_START = 3.0


def plan(world: World) -> None:
    schedule, after, rng = world.schedule, world.timeline.after, world.timeline.rng
    for fuse in schedule.fuses:
        world.fuses[fuse.service].writes.append(fuse.writes)
    for replica in world.replicas.values():
        after(rng.uniform(0, SLOWEST_START), replica.start)
    for wish in schedule.wishes:
        world.people.wish(wish)
    for blow in schedule.blows:
        after(blow.at, partial(_strike, world, blow))
    for outage in schedule.outages:
        after(outage.at, partial(_go_away, world, outage))
    for rewind in schedule.rewinds:
        after(rewind.at, partial(world.around.broker.rewind, rewind.group))
    world.around.web.slowness = schedule.slowness
    world.around.mailbox.refused = set(schedule.refused)
    _trouble(world, dict(schedule.trouble))
    after(schedule.calm_at, partial(_calm, world))


def _strike(world: World, blow: Blow) -> None:
    process = world.replicas[blow.service, blow.instance].process
    if process is None or process.silent:
        return
    match blow.what:
        case "kill":
            process.kill()
        case "freeze":
            process.freeze(blow.seconds)
        case "stop":
            process.stop()
        case "rebalance":
            world.around.broker.shake(blow.service)


def _go_away(world: World, outage: Outage) -> None:
    _set_away(world, outage.server, away=True)
    world.timeline.after(outage.seconds, partial(_set_away, world, outage.server, away=False))


def _set_away(world: World, server: Server, *, away: bool) -> None:
    match server:
        case "cassandra":
            world.around.node.away = away
        case "relay":
            world.around.mailbox.away = away
        case "kafka":
            world.around.broker.away = away
            world.around.broker.wake_all()


def _trouble(world: World, trouble: dict[str, float]) -> None:
    world.around.node.trouble = trouble.get("cassandra", 0)
    world.around.broker.trouble = trouble.get("kafka", 0)
    world.around.mailbox.trouble = trouble.get("relay", 0)
    world.around.web.trouble = trouble.get("web", 0)


def _calm(world: World) -> None:
    """Only fuses burn on. Where nobody has died yet, somebody does now."""
    _trouble(world, {})
    for server in ("cassandra", "kafka", "relay"):
        _set_away(world, server, away=False)
    if not world.deaths:
        somebody = world.timeline.rng.choice([process for process in world.processes() if process.alive])
        somebody.kill()
