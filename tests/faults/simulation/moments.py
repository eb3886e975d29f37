"""What the end alone does not show: that nothing happened before its time, or after it was called off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifier.decisions import MailState
from shared.cloudevents import decode
from shared.events import ArchiveBuilt, CancelRequested, DeleteRequested, Event, JobScheduled, MailKind
from shared.jobs import JobState
from shared.topics import JOB_INBOX, JOB_LIFECYCLE, Topic
from tests.faults.simulation.broker import Broker
from tests.faults.simulation.world import World
from tests.faults.verdict import Finding, Wrong

SKEW = 5.0
"""Seconds between two clocks at most."""

PROMPT = 10.0
"""Seconds within which all is done that follows from something, while nobody sleeps and every server answers."""


@dataclass(frozen=True)
class Said:
    """An event, and when the broker took it; seconds since 1970, as all moments here."""

    at: float
    event: Event


@dataclass(frozen=True)
class Decided:
    """A row of a job, and when it was written."""

    at: float
    job_id: UUID
    state: JobState
    run: int


def untimely(world: World) -> Iterator[Finding]:
    """What depends on promptness is asked of a prompt schedule only."""
    inbox, decided = _said_on(world.around.broker, JOB_INBOX), _decided(world)
    yield from _too_early(_said_on(world.around.broker, JOB_LIFECYCLE), decided)
    if world.schedule.is_prompt:
        yield from _begun_though_called_off(inbox, decided)
        yield from _begun_though_done(inbox, decided)
        yield from _told_of_a_start_after_the_end(world, decided)
        yield from _sent_once_more(world)


def _said_on(broker: Broker, topic: Topic) -> list[Said]:
    logs = (log for (name, _), log in broker.logs.items() if name == topic.name)
    return [Said(r.timestamp_ms / 1000, decode(r.topic, r.value, r.headers)) for log in logs for r in log]


def _decided(world: World) -> list[Decided]:
    return [
        Decided(at, row["job_id"], JobState(row["state"]), row["run"]) for at, row in world.around.node.decided["jobs"]
    ]


def _too_early(facts: list[Said], decided: list[Decided]) -> Iterator[Finding]:
    for start in _starts(decided):
        due = _due(facts, start)
        if due is None or start.at < due.timestamp() - SKEW:
            yield Finding(Wrong.UNTRUE, start.job_id, f"begun at {start.at}, due {due}")


def _starts(decided: list[Decided]) -> list[Decided]:
    return [row for row in decided if row.state is JobState.RUNNING and row.run == 1]


def _due(facts: list[Said], start: Decided) -> datetime | None:
    """What people were told last before it began; a repeat of an older word changes nothing."""
    told = [said.event for said in facts if said.at <= start.at and said.event.job_id == start.job_id]
    scheduled = [fact for fact in told if isinstance(fact, JobScheduled)]
    return max(scheduled, key=lambda fact: fact.sequence).due_at if scheduled else None


def _begun_though_called_off(inbox: list[Said], decided: list[Decided]) -> Iterator[Finding]:
    for said in inbox:
        if isinstance(said.event, CancelRequested | DeleteRequested):
            for row in _after(said, decided):
                if row.state is JobState.RUNNING and row.run == 1:
                    yield Finding(Wrong.UNTRUE, row.job_id, "begun though it had been called off")


def _begun_though_done(inbox: list[Said], decided: list[Decided]) -> Iterator[Finding]:
    for said in inbox:
        if isinstance(said.event, ArchiveBuilt):
            for row in _after(said, decided):
                if row.state is JobState.RUNNING and row.run > said.event.run:
                    yield Finding(Wrong.UNTRUE, row.job_id, f"run {row.run} though an archive was built")


def _after(said: Said, decided: list[Decided]) -> list[Decided]:
    return [row for row in decided if row.job_id == said.event.job_id and row.at > said.at + PROMPT]


def _told_of_a_start_after_the_end(world: World, decided: list[Decided]) -> Iterator[Finding]:
    ended: dict[UUID, float] = {}
    for row in decided:
        if row.state.ended:
            ended.setdefault(row.job_id, row.at)
    for (job_id, kind), at in _copies(world):
        if kind is MailKind.STARTED and at > ended.get(job_id, at) + PROMPT:
            yield Finding(Wrong.UNTRUE, job_id, "a started mail after its end")


def _sent_once_more(world: World) -> Iterator[Finding]:
    sent: dict[tuple[UUID, str], float] = {}
    for at, row in world.around.node.decided["mails"]:
        if row.get("state") == MailState.SENT:
            sent.setdefault((row["job_id"], row["kind"]), at)
    for (job_id, kind), at in _copies(world):
        if at > sent.get((job_id, kind), at):
            yield Finding(Wrong.DOUBLED, job_id, f"a {kind} mail that was known to be sent")


def _copies(world: World) -> Iterator[tuple[tuple[UUID, MailKind], float]]:
    """What each is about, and when the relay took it."""
    mailbox = world.around.mailbox
    for copy, at in zip(mailbox.copies, mailbox.taken_at, strict=True):
        yield copy.about, at
