"""The guards of the protocol, what stands where each is taken out, and schedules in which somebody must notice."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from services.gateway.jobs import submissions
from services.notifier import decisions, postman
from services.notifier.attempts import Attempts
from services.packager.packing import Pack
from services.scheduler.jobs import JobRows
from services.scheduler.owner import JobOwner
from services.scheduler.shards import Shard, Shards
from shared import claims, images, recipients, work
from shared.claims import Claims
from shared.events import MailKind
from shared.work import Workbench
from tests.faults.simulation import mutants, twists
from tests.faults.simulation.drawing import quiet
from tests.faults.simulation.schedule import Act, Schedule
from tests.faults.simulation.twists import Twist


@dataclass(frozen=True)
class Mutation:
    """`shows`: what goes wrong without it, in words.

    `parts`: a class or module, a name in it, and what stands there instead. `twists` make it likely to show.
    """

    guard: str
    shows: str
    parts: tuple[tuple[Any, str, Any], ...]
    twists: tuple[Twist, ...] = ()

    def schedule(self, seed: int) -> Schedule:
        schedule, rng = quiet(seed), Random(seed)
        for twist in self.twists:
            schedule = twist(rng, schedule)
        return schedule


def one_job(_rng: Random, schedule: Schedule) -> Schedule:
    """Then it is known which write is which."""
    return replace(schedule, partitions=1, wishes=schedule.wishes[:1])


def due_in(least: float, most: float, *acts: Act) -> Twist:
    """Pictures are wanted in so many seconds, and people do this meanwhile."""

    def twist(rng: Random, schedule: Schedule) -> Schedule:
        wishes = [replace(wish, due_in=rng.uniform(least, most), acts=acts) for wish in schedule.wishes]
        return replace(schedule, wishes=wishes)

    return twist


MUTATIONS = (
    Mutation(
        "the recipient before the job",
        "mail never came",
        ((submissions, "accept", mutants.accept_and_then_keep),),
        (twists.dying("gateway", writes=(1, 2)),),
    ),
    Mutation("version", "terminal facts", ((JobRows, "write", mutants.write_anyhow),), (twists.sleepy("scheduler"),)),
    Mutation(
        "outbox of a row first touched",
        "no terminal fact",
        ((JobOwner, "_read", mutants.read_and_no_more),),
        (twists.brittle("scheduler"),),
    ),
    Mutation(
        "a shard begins anew",
        "never over",
        ((Shards, "assign", mutants.keep_what_stays),),
        (twists.sleepy("scheduler"),),
    ),
    Mutation(
        "the inbox before the timers",
        "called off",
        ((Shard, "_caught_up", mutants.wait_for_nothing),),
        (due_in(30, 90, Act("cancel", 10)), twists.absent("scheduler")),
    ),
    Mutation(
        "claim",
        "its archive is not there",
        ((Claims, "claim", mutants.claim_anyhow),),
        (twists.slow_web, twists.flapping("packager")),
    ),
    Mutation(
        "a fresh id for each claim",
        "not the one that was reported",
        ((work, "uuid4", mutants.one_for_all),),
        (one_job, twists.absent("scheduler", writes=(9, 9)), twists.dying("packager", writes=(3, 6))),
    ),
    Mutation(
        "a run looks whether it is wanted",
        "its job is expired",
        ((Workbench, "_waiting_job", mutants.want_anyhow),),
        (twists.slow_web, twists.hasty),
    ),
    Mutation(
        "no archive deleted once handed over",
        "its archive is not there",
        ((Pack, "afterwards", mutants.discard_what_was_handed_over),),
    ),
    Mutation(
        "tombstones ahead of the clock",
        "though it is expired",
        tuple((place, "ahead_of_the_clock", mutants.as_of_now) for place in (claims, images, recipients)),
        (twists.slow_web, twists.hasty, twists.dozing("scraper"), twists.dozing("packager")),
    ),
    Mutation(
        "state of a mail",
        "known to be sent",
        ((postman, "report_without_sending", mutants.say_nothing_of_the_row),),
        (twists.repeated,),
    ),
    Mutation(
        "two copies at most",
        "3 copies",
        ((decisions, "COPIES", dict.fromkeys(MailKind, 9)),),
        (twists.evasive_relay,),
    ),
    Mutation(
        "no started mail after the end",
        "a started mail after its end",
        ((Attempts, "_wanted", mutants.write_of_any_job),),
        (twists.absent("notifier"),),
    ),
)
