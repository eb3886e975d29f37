"""The oracle sees each way in which a promise can be broken; and nothing where none is."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from shared.errors import Reason
from shared.events import JobCancelled, JobCompleted, JobFailed, JobStarted, MailKind
from tests.faults.oracle import judge
from tests.faults.scene import Accepted, Archive, Copy, Scene
from tests.faults.verdict import Wrong
from tests.unit.faults.scenes import (
    ADDRESS,
    DONE,
    FAILED,
    GOOD,
    LATER,
    OFF,
    Change,
    completed,
    copy,
    in_turn,
    job_row,
    noting,
    with_archives,
    with_facts,
    with_mails,
    with_row,
    with_rows,
    without_facts,
    without_mails,
)

UNCONFIRMED_FIRST = in_turn(
    lambda scene: replace(scene, mails=[replace(each, confirmed=False) for each in scene.mails]),
    with_mails(copy(DONE, MailKind.READY)),
)
STRANGER = uuid4()

BROKEN: dict[str, tuple[Change, Wrong, str]] = {
    "no end": (without_facts(JobCompleted), Wrong.LOST, "no terminal fact"),
    "no row either": (
        in_turn(without_facts(JobCompleted), with_row(DONE, state="")),
        Wrong.LOST,
        "its row says none",
    ),
    "two ends": (with_facts(JobCancelled(job_id=DONE, sequence=4)), Wrong.DOUBLED, "terminal facts"),
    "a row of another end": (with_row(DONE, state="failed"), Wrong.UNTRUE, "its row says failed"),
    "an end nobody asked for": (
        in_turn(
            without_facts(JobCompleted),
            with_facts(JobCancelled(job_id=DONE, sequence=3)),
            with_row(DONE, state="cancelled"),
        ),
        Wrong.UNTRUE,
        "nobody asked for that",
    ),
    "a failure for another reason": (
        in_turn(
            without_facts(JobFailed),
            with_facts(JobFailed(job_id=FAILED, sequence=3, reason=Reason.INTERNAL, mail_not_after=LATER)),
        ),
        Wrong.FAILED,
        "failed: internal",
    ),
    "no mail": (without_mails(table=False), Wrong.LOST, "its ready mail never came"),
    "no mail and nothing noted": (without_mails(table=True), Wrong.LOST, "noted: nothing"),
    "a second started mail": (with_mails(copy(DONE, MailKind.STARTED)), Wrong.DOUBLED, "2 copies of its started mail"),
    "a second ready mail nobody noted": (with_mails(copy(DONE, MailKind.READY)), Wrong.DOUBLED, "1 noted"),
    "a second ready mail after one that was confirmed": (
        in_turn(with_mails(copy(DONE, MailKind.READY)), lambda scene: noting(scene, 2)),
        Wrong.DOUBLED,
        "after one that was confirmed",
    ),
    "a third ready mail": (
        in_turn(UNCONFIRMED_FIRST, with_mails(copy(DONE, MailKind.READY)), lambda scene: noting(scene, 3)),
        Wrong.DOUBLED,
        "3 copies",
    ),
    "another Message-ID": (
        in_turn(
            UNCONFIRMED_FIRST,
            lambda scene: noting(scene, 2),
            with_mails(copy(DONE, MailKind.READY, message_id=f"<ready.{DONE}@elsewhere.example>")),
        ),
        Wrong.DOUBLED,
        "different Message-IDs",
    ),
    "a mail to somebody else": (
        lambda scene: replace(scene, mails=[replace(each, recipient="x@example.com") for each in scene.mails]),
        Wrong.UNTRUE,
        "went to somebody else",
    ),
    "a mail of a job nobody asked for": (
        with_mails(Copy(f"<ready.{STRANGER}@example.com>", ADDRESS[DONE])),
        Wrong.UNTRUE,
        "went to somebody else",
    ),
    "the wrong last mail": (with_mails(copy(OFF, MailKind.READY)), Wrong.UNTRUE, "a ready mail for a job that is"),
    "no archive": (lambda scene: replace(scene, archives={}), Wrong.UNTRUE, "its archive is not there"),
    "an archive that does not open": (
        with_archives(**{f"{DONE}-1.zip": Archive("a1", None)}),
        Wrong.UNTRUE,
        "does not open",
    ),
    "an archive with less": (with_archives(**{f"{DONE}-1.zip": Archive("a1", 4)}), Wrong.UNTRUE, "holds 4"),
    "more than was asked for": (
        in_turn(
            with_archives(**{f"{DONE}-1.zip": Archive("a1", 6)}),
            with_row(DONE, kept=6),
            without_facts(JobCompleted),
            with_facts(completed(DONE, kept=6)),
        ),
        Wrong.UNTRUE,
        "asked 5",
    ),
    "another archive": (with_archives(**{f"{DONE}-1.zip": Archive("b2", 5)}), Wrong.UNTRUE, "not the one"),
    "a fact that says other numbers than the row": (with_row(DONE, found=7), Wrong.UNTRUE, "its row says found 7"),
    "facts out of order": (with_facts(JobStarted(job_id=OFF, sequence=1)), Wrong.UNTRUE, "out of order"),
    "a repeat that says otherwise": (with_facts(completed(DONE, found=9)), Wrong.UNTRUE, "says two things"),
    "an archive of nobody": (with_archives(**{f"{STRANGER}-1.zip": Archive("c3", 1)}), Wrong.LEFT, "unknown"),
    "the archive of another run": (with_archives(**{f"{DONE}-2.zip": Archive("c3", 1)}), Wrong.LEFT, "completed"),
    "a part of an expired job": (
        in_turn(with_row(DONE, state="expired"), with_archives(**{f"{DONE}-2.zip.part": Archive("c3", None)})),
        Wrong.LEFT,
        "expired",
    ),
    "a recipient of an expired job": (
        in_turn(with_row(DONE, state="expired"), with_rows("recipients", {"job_id": DONE})),
        Wrong.LEFT,
        "rows in recipients",
    ),
    "an address in a log": (
        lambda scene: replace(scene, said={"notifier.log": "sent to done@example.com"}),
        Wrong.TOLD,
        "notifier.log",
    ),
    "a dead letter": (lambda scene: replace(scene, dead_letters=["notifier.dlq: bug"]), Wrong.UNTRUE, "dead letter"),
}


def test_nothing_is_wrong_where_all_is_well() -> None:
    verdict = judge(GOOD)

    assert not verdict.findings
    assert verdict.survived
    assert verdict.endings == {"completed": 1, "failed": 1, "cancelled": 1}


@pytest.mark.parametrize("broken", BROKEN)
def test_each_broken_promise_is_seen(broken: str) -> None:
    change, wrong, words = BROKEN[broken]

    findings = judge(change(GOOD)).findings

    assert [finding for finding in findings if finding.wrong is wrong and words in finding.text], findings


def test_a_second_copy_is_right_where_nobody_could_know_of_the_first() -> None:
    assert not judge(in_turn(UNCONFIRMED_FIRST, lambda scene: noting(scene, 2))(GOOD)).findings


@pytest.mark.parametrize(("failing", "survived"), [(1, True), (2, False)])
def test_of_a_hundred_jobs_one_may_fail(failing: int, survived: bool) -> None:
    jobs = [UUID(int=number, version=4) for number in range(100, 200)]
    failed = [JobFailed(job_id=job, sequence=1, reason=Reason.BLOCKED, mail_not_after=LATER) for job in jobs[:failing]]
    scene = Scene(
        accepted=[Accepted(job, 5, "someone@example.com", may_be_deleted=True) for job in jobs],
        tables={"jobs": [job_row(job, "expired") for job in jobs], "mails": ()},
        facts=[*failed, *(completed(job, 1) for job in jobs[failing:])],
        mails=(),
        archives={},
    )

    verdict = judge(scene)

    assert verdict.count(Wrong.FAILED) == len(verdict.findings) == failing
    assert verdict.survived is survived
