"""A scene in which all is well, and the changes that break it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.errors import Reason
from shared.events import Event, JobCancelled, JobCompleted, JobFailed, JobScheduled, JobStarted, MailKind
from tests.faults.scene import Accepted, Archive, Copy, Row, Scene

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DONE, FAILED, OFF = (UUID(int=number, version=4) for number in (1, 2, 3))
ADDRESS = {DONE: "done@example.com", FAILED: "failed@example.com", OFF: "off@example.com"}
LATER = NOW + timedelta(hours=4)


def job_row(job_id: UUID, state: str, **columns: Any) -> Row:
    empty = dict.fromkeys(("archive_run", "archive_sha256", "found", "kept", "refused", "reason"))
    return {"job_id": job_id, "state": state, **empty, **columns}


def mail_row(job_id: UUID, kind: MailKind, **columns: Any) -> Row:
    return {"job_id": job_id, "kind": kind.value, "state": "sent", "copies": 1, **columns}


def copy(job_id: UUID, kind: MailKind, **changes: Any) -> Copy:
    return replace(Copy(f"<{kind}.{job_id}@example.com>", ADDRESS[job_id]), **changes)


def completed(job_id: UUID, sequence: int = 3, **changes: Any) -> JobCompleted:
    said = {"asked": 5, "found": 6, "kept": 5, "refused": {"gone": 1}, "mail_not_after": LATER, **changes}
    return JobCompleted(job_id=job_id, sequence=sequence, **said)


def begun(job_id: UUID) -> list[Event]:
    return [JobScheduled(job_id=job_id, sequence=1, due_at=NOW), JobStarted(job_id=job_id, sequence=2)]


GOOD = Scene(
    accepted=[
        Accepted(DONE, 5, ADDRESS[DONE]),
        Accepted(FAILED, 5, ADDRESS[FAILED], may_fail=frozenset({Reason.NO_PICTURES})),
        Accepted(OFF, 5, ADDRESS[OFF], may_be_cancelled=True),
    ],
    tables={
        "jobs": [
            job_row(DONE, "completed", archive_run=1, archive_sha256="a1", found=6, kept=5, refused={"gone": 1}),
            job_row(FAILED, "failed", reason="no_pictures"),
            job_row(OFF, "cancelled"),
        ],
        "mails": [
            *(mail_row(job_id, MailKind.STARTED) for job_id in (DONE, FAILED)),
            mail_row(DONE, MailKind.READY),
            mail_row(FAILED, MailKind.ERROR),
        ],
    },
    facts=[
        *begun(DONE),
        completed(DONE),
        *begun(FAILED),
        JobFailed(job_id=FAILED, sequence=3, reason=Reason.NO_PICTURES, mail_not_after=LATER),
        JobScheduled(job_id=OFF, sequence=1, due_at=NOW),
        JobCancelled(job_id=OFF, sequence=2),
    ],
    mails=[
        copy(DONE, MailKind.STARTED),
        copy(FAILED, MailKind.STARTED),
        copy(DONE, MailKind.READY),
        copy(FAILED, MailKind.ERROR),
    ],
    archives={f"{DONE}-1.zip": Archive("a1", 5)},
    said={"scheduler.log": "job_completed"},
    secrets=["done@example.com"],
    notes_kept=True,
)

Change = Callable[[Scene], Scene]


def with_rows(table: str, *rows: Row) -> Change:
    return lambda scene: replace(scene, tables={**scene.tables, table: [*scene.tables.get(table, ()), *rows]})


def with_row(job_id: UUID, **columns: Any) -> Change:
    def change(scene: Scene) -> Scene:
        jobs = [{**row, **columns} if row["job_id"] == job_id else row for row in scene.tables["jobs"]]
        return replace(scene, tables={**scene.tables, "jobs": jobs})

    return change


def without_mails(table: bool) -> Change:
    def change(scene: Scene) -> Scene:
        tables = {**scene.tables, "mails": ()} if table else scene.tables
        return replace(scene, mails=(), tables=tables)

    return change


def with_facts(*facts: Event) -> Change:
    return lambda scene: replace(scene, facts=[*scene.facts, *facts])


def without_facts(kind: type[Event]) -> Change:
    return lambda scene: replace(scene, facts=[fact for fact in scene.facts if not isinstance(fact, kind)])


def with_mails(*mails: Copy) -> Change:
    return lambda scene: replace(scene, mails=[*scene.mails, *mails])


def with_archives(**archives: Archive) -> Change:
    return lambda scene: replace(scene, archives={**scene.archives, **archives})


def in_turn(*changes: Change) -> Change:
    def change(scene: Scene) -> Scene:
        for each in changes:
            scene = each(scene)
        return scene

    return change


def noting(scene: Scene, copies: int) -> Scene:
    """The notifier has counted so many copies of each mail."""
    return replace(
        scene, tables={**scene.tables, "mails": [{**row, "copies": copies} for row in scene.tables["mails"]]}
    )
