"""Looks at a settled scene and says what is wrong with it. Pure; every fault test asks this one.

I1  every accepted job has exactly one terminal fact, and its row agrees
I2  its mails arrive once; a second copy only where nobody could know of the first, never a third
I3  completed means: its archive opens, is the one named, and holds what was said, never more than asked
I4  the facts of a job come in the order of its versions, and a repeat says the same
I5  no file without a live row, no live row without its file, nothing left of an expired job
I6  no address and no token in a log or on a topic
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from shared.events import Event, Fact, JobCancelled, JobCompleted, JobFailed, MailKind
from tests.faults.scene import Accepted, Archive, Copy, Row, Scene
from tests.faults.verdict import Finding, Verdict, Wrong

ENDINGS: dict[type[Event], str] = {JobCompleted: "completed", JobFailed: "failed", JobCancelled: "cancelled"}
LAST_MAIL = {"completed": MailKind.READY, "failed": MailKind.ERROR}
MOST_COPIES = 2
"""Of a mail without which a person is stuck, when nobody can know whether the first arrived."""

OF_ONE_JOB = {
    "recipients": "job_id",
    "image_urls": "req_id",
    "searches": "job_id",
    "claims": "job_id",
    "heartbeats": "job_id",
    "mails": "job_id",
}
"""Tables that hold nothing of an expired job, and how each names it."""


def judge(scene: Scene) -> Verdict:
    rows = {row["job_id"]: row for row in scene.tables["jobs"] if row["state"]}
    facts = _by_job(scene.facts)
    findings = [
        *_dead_letters(scene),
        *(each for job in scene.accepted for each in _ends_once(job, rows.get(job.job_id), facts[job.job_id])),
        *_mailed_once(scene, rows, facts),
        *(
            each
            for job in scene.accepted
            for each in _holds_what_it_says(job, rows.get(job.job_id), facts[job.job_id], scene)
        ),
        *(each for told in facts.values() for each in _in_order(told)),
        *_nothing_left(scene, rows),
        *_nothing_told(scene),
    ]
    return Verdict.of(scene.accepted, {job: _ending(told) for job, told in facts.items()}, findings)


def _by_job(facts: Sequence[Event]) -> defaultdict[UUID, list[Event]]:
    by_job: defaultdict[UUID, list[Event]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, Fact):
            by_job[fact.job_id].append(fact)
    return by_job


def _endings(told: Sequence[Event]) -> dict[UUID, str]:
    """By event id: repeats of one fact are one."""
    return {fact.event_id: ENDINGS[type(fact)] for fact in told if type(fact) in ENDINGS}


def _ending(told: Sequence[Event]) -> str:
    return next(iter(_endings(told).values()), "none")


def _dead_letters(scene: Scene) -> Iterator[Finding]:
    for letter in scene.dead_letters:
        yield Finding(Wrong.UNTRUE, None, f"dead letter: {letter}")


def _ends_once(job: Accepted, row: Row | None, told: Sequence[Event]) -> Iterator[Finding]:
    endings = _endings(told)
    state = row["state"] if row else "none"
    if not endings:
        yield Finding(Wrong.LOST, job.job_id, f"no terminal fact; its row says {state}")
    elif len(endings) > 1:
        yield Finding(Wrong.DOUBLED, job.job_id, f"terminal facts {sorted(endings.values())}")
    elif state not in ("expired", *endings.values()):
        yield Finding(Wrong.UNTRUE, job.job_id, f"its row says {state}, its fact {_ending(told)}")
    elif _ending(told) == "cancelled" and not job.may_be_cancelled:
        yield Finding(Wrong.UNTRUE, job.job_id, "cancelled, though nobody asked for that")
    elif reasons := {fact.reason for fact in told if isinstance(fact, JobFailed)} - job.may_fail:
        yield Finding(Wrong.FAILED, job.job_id, f"failed: {', '.join(sorted(reasons))}")


def _mailed_once(scene: Scene, rows: dict[UUID, Row], facts: dict[UUID, list[Event]]) -> Iterator[Finding]:
    copies: defaultdict[tuple[UUID, MailKind], list[Copy]] = defaultdict(list)
    for copy in scene.mails:
        copies[copy.about].append(copy)
    recorded = {(row["job_id"], MailKind(row["kind"])): row for row in scene.tables["mails"]}
    address = {job.job_id: job.address for job in scene.accepted}
    for (job_id, kind), sent in copies.items():
        yield from _copies_allowed(job_id, kind, sent, recorded.get((job_id, kind)))
        if scene.notes_kept and any(copy.confirmed for copy in sent[:-1]):
            yield Finding(Wrong.DOUBLED, job_id, f"one more {kind} mail after one that was confirmed")
        if {copy.recipient for copy in sent} != {address.get(job_id)}:
            yield Finding(Wrong.UNTRUE, job_id, f"its {kind} mail went to somebody else")
        if kind is not MailKind.STARTED and kind is not LAST_MAIL.get(_ending(facts[job_id])):
            yield Finding(Wrong.UNTRUE, job_id, f"a {kind} mail for a job that is {_ending(facts[job_id])}")
    for job in scene.accepted:
        yield from _last_mail_came(job, _ending(facts[job.job_id]), copies, recorded)


def _copies_allowed(job_id: UUID, kind: MailKind, sent: Sequence[Copy], row: Row | None) -> Iterator[Finding]:
    if len({copy.message_id for copy in sent}) > 1:
        yield Finding(Wrong.DOUBLED, job_id, f"{kind} mails with different Message-IDs")
    most = 1 if kind is MailKind.STARTED else MOST_COPIES
    noted = row["copies"] if row else most
    if len(sent) > min(most, noted):
        yield Finding(Wrong.DOUBLED, job_id, f"{len(sent)} copies of its {kind} mail, {noted} noted")


def _last_mail_came(
    job: Accepted,
    ending: str,
    copies: dict[tuple[UUID, MailKind], list[Copy]],
    recorded: dict[tuple[UUID, MailKind], Row],
) -> Iterator[Finding]:
    kind = LAST_MAIL.get(ending)
    if kind is None or job.may_be_deleted or (job.job_id, kind) in copies:
        return
    row = recorded.get((job.job_id, kind))
    if row is None or not (row["state"] == "refused" or _may_have_left_twice(row)):
        yield Finding(
            Wrong.LOST, job.job_id, f"its {kind} mail never came; noted: {row['state'] if row else 'nothing'}"
        )


def _may_have_left_twice(row: Row) -> bool:
    """Nobody heard what became of either copy, and a third may not go."""
    return bool(row["state"] == "sent" and row["copies"] == MOST_COPIES)


def _holds_what_it_says(job: Accepted, row: Row | None, told: Sequence[Event], scene: Scene) -> Iterator[Finding]:
    if row is None or row["state"] != "completed":
        return
    yield from _is_as_told(row, told)
    archive = scene.archives.get(f"{job.job_id}-{row['archive_run']}.zip")
    if archive is None:
        yield Finding(Wrong.UNTRUE, job.job_id, "completed, and its archive is not there")
    else:
        yield from _archive_is_as_said(job, row, archive)


def _is_as_told(row: Row, told: Sequence[Event]) -> Iterator[Finding]:
    for fact in told:
        if isinstance(fact, JobCompleted):
            for name in ("found", "kept", "refused"):
                if (row[name] or None) != (getattr(fact, name) or None):
                    yield Finding(
                        Wrong.UNTRUE, fact.job_id, f"its row says {name} {row[name]}, its fact {getattr(fact, name)}"
                    )


def _archive_is_as_said(job: Accepted, row: Row, archive: Archive) -> Iterator[Finding]:
    if archive.pictures is None:
        yield Finding(Wrong.UNTRUE, job.job_id, "its archive does not open")
    elif not archive.pictures == row["kept"] <= job.images:
        said = f"asked {job.images}, said {row['kept']}, holds {archive.pictures}"
        yield Finding(Wrong.UNTRUE, job.job_id, f"wrong number of pictures: {said}")
    elif archive.sha256 != row["archive_sha256"]:
        yield Finding(Wrong.UNTRUE, job.job_id, "its archive is not the one that was reported")


def _in_order(told: Sequence[Event]) -> Iterator[Finding]:
    first: dict[UUID, Event] = {}
    for fact in told:
        known = first.setdefault(fact.event_id, fact)
        if known != fact:
            yield Finding(Wrong.UNTRUE, fact.job_id, f"{type(fact).__name__} {fact.sequence} says two things")
    sequences = [fact.sequence for fact in first.values()]
    if sequences != sorted(sequences):
        yield Finding(Wrong.UNTRUE, told[0].job_id, f"facts out of order: {sequences}")


def _nothing_left(scene: Scene, rows: dict[UUID, Row]) -> Iterator[Finding]:
    for name in scene.archives:
        row = rows.get(UUID(name[:36]))
        if row is None or not _has_its_place(name, row):
            yield Finding(Wrong.LEFT, UUID(name[:36]), f"{name}: its job is {row['state'] if row else 'unknown'}")
    for table, key in OF_ONE_JOB.items():
        for job_id in {row[key] for row in scene.tables.get(table, ())}:
            if job_id in rows and rows[job_id]["state"] == "expired":
                yield Finding(Wrong.LEFT, job_id, f"rows in {table}, though it is expired")


def _has_its_place(name: str, row: Row) -> bool:
    """What a killed run has begun to write goes with its job at the latest."""
    if name.endswith(".part"):
        return bool(row["state"] != "expired")
    return bool(row["state"] == "completed" and name.partition(".")[0] == f"{row['job_id']}-{row['archive_run']}")


def _nothing_told(scene: Scene) -> Iterator[Finding]:
    for place, text in scene.said.items():
        for secret in scene.secrets:
            if secret in text:
                yield Finding(Wrong.TOLD, None, f"{place} tells an address or a token")
