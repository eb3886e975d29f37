"""From a schedule to its outcome: run it until the dust has settled, look, run it until all is over, look again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.notifier.decisions import MailState
from shared.events import JobExpired
from shared.jobs import JobState
from tests.faults.oracle import LAST_MAIL, judge
from tests.faults.scene import Row, Scene
from tests.faults.simulation.happenings import plan
from tests.faults.simulation.looking import facts_on, look_at, rows_of
from tests.faults.simulation.moments import untimely
from tests.faults.simulation.schedule import Schedule
from tests.faults.simulation.world import World, a_world
from tests.faults.verdict import Finding, Verdict, Wrong

MINUTE = 60.0
HOUR = 3600.0

SETTLED_WITHIN = 1 * HOUR
"""Of the calm. It takes that much only when a relay or a process comes back late."""
OVER_WITHIN = 12 * HOUR


@dataclass(frozen=True)
class Outcome:
    """`settled` is the verdict when every job had ended, `findings` what was wrong then or when all was over.

    `fingerprint` is the same whenever the same schedule runs on the same code.
    """

    schedule: Schedule
    settled: Verdict
    findings: Sequence[Finding]
    deaths: int
    steps: int
    fingerprint: str


def simulate(schedule: Schedule) -> Outcome:
    with a_world(schedule) as world:
        return play(world)


def play(world: World) -> Outcome:
    plan(world)
    _run(world, world.schedule.calm_at + SETTLED_WITHIN, _all_ended)
    settled = judge(_look(world))
    _run(world, OVER_WITHIN, _all_expired)
    findings = [*_not_left(settled), *_over(world), *untimely(world), *_not_thought_of(world)]
    return Outcome(world.schedule, settled, findings, world.deaths, world.timeline.steps, world.fingerprint())


def _run(world: World, seconds: float, enough: Callable[[World], bool]) -> None:
    """And a while longer, for what follows from the last of it: whoever is to say so may be away."""
    while world.timeline.now < seconds and not enough(world):
        world.timeline.run(world.timeline.now + MINUTE)
    absence = max(world.schedule.absences.values(), default=0.0)
    world.timeline.run(world.timeline.now + absence + 2 * MINUTE)


def _look(world: World) -> Scene:
    return look_at(world.around, list(world.people.accepted.values()))


def _not_left(settled: Verdict) -> list[Finding]:
    """Whoever is to clean up may still sleep."""
    return [finding for finding in settled.findings if finding.wrong is not Wrong.LEFT]


def _not_thought_of(world: World) -> Iterator[Finding]:
    """A process ends as others have it end, never by its own exception; and no exception goes unheard in it."""
    for process in world.processes():
        if process.failure is not None:
            yield Finding(Wrong.UNTRUE, None, f"{process.service} ended by itself: {process.failure!r}")
        for trouble in process.loop.troubles:
            yield Finding(Wrong.UNTRUE, None, f"{process.service}: {trouble['message']}: {trouble.get('exception')!r}")


def _over(world: World) -> list[Finding]:
    """Nothing is left of the jobs, and nothing was told twice on the way. What was lost is known already."""
    living = [row for row in _jobs(world) if row["state"] != JobState.EXPIRED]
    seen = judge(_look(world)).findings
    return [
        *(Finding(Wrong.LEFT, row["job_id"], f"it is never over: {row['state']}") for row in living),
        *(finding for finding in seen if finding.wrong not in (Wrong.LOST, Wrong.FAILED)),
    ]


def _jobs(world: World) -> list[Row]:
    return rows_of(world.around.node.tables, "jobs")


def _all_expired(world: World) -> bool:
    """And told so, which may be as long after it as a scheduler is away."""
    expired = {row["job_id"] for row in _jobs(world) if row["state"] == JobState.EXPIRED}
    if not world.around.broker.all_read or len(expired) < len(_jobs(world)):
        return False
    return expired <= {fact.job_id for fact in facts_on(world.around.broker) if isinstance(fact, JobExpired)}


def _all_ended(world: World) -> bool:
    """It is calm, all that people wanted is accepted, every job has ended and its last mail with it."""
    if world.timeline.now < world.schedule.calm_at or len(world.people.accepted) < len(world.schedule.wishes):
        return False
    mails = {(row["job_id"], row["kind"]): row["state"] for row in rows_of(world.around.node.tables, "mails")}
    ended = {row["job_id"]: state for row in _jobs(world) if (state := JobState(row["state"])).ended}
    return all(
        job_id in ended and _is_mailed(ended[job_id], mails.get((job_id, LAST_MAIL.get(ended[job_id]))))
        for job_id in world.people.accepted
    )


def _is_mailed(state: JobState, mail: str | None) -> bool:
    return state not in LAST_MAIL or mail in (MailState.SENT, MailState.REFUSED)
