from datetime import UTC, datetime, timedelta

import pytest

from services.packager.orphans import is_forgotten, is_orphan, is_promised
from shared.archives import ArchiveFile
from shared.jobs import JobState, JobView
from tests.unit.shared.samples import JOB_ID

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def job(state: JobState, run: int = 2, archive_run: int | None = None, expires_at: datetime | None = None) -> JobView:
    return JobView(JOB_ID, state, run, version=5, archive_run=archive_run, expires_at=expires_at)


def left(row: JobView | None) -> set[str]:
    """What stays of three runs that have left an archive and a part each."""
    files = [ArchiveFile(JOB_ID, run, part=part) for run in (1, 2, 3) for part in (False, True)]
    return {f"{file.run}{' part' if file.part else ''}" for file in files if not is_orphan(file, row)}


@pytest.mark.parametrize("row", [None, *map(job, (JobState.EXPIRED, JobState.CANCELLED, JobState.FAILED))], ids=str)
def test_a_job_that_gives_nothing_has_a_use_for_no_file(row: JobView | None) -> None:
    assert left(row) == set()


def test_a_completed_job_has_a_use_for_the_one_archive_it_names() -> None:
    assert left(job(JobState.COMPLETED, run=2, archive_run=1)) == {"1"}


def test_of_a_running_job_what_may_be_reported_or_written_stays() -> None:
    assert left(job(JobState.RUNNING, run=2)) == {"1", "2", "3", "2 part", "3 part"}


def test_only_what_is_expired_or_unknown_is_forgotten() -> None:
    assert is_forgotten(None)
    assert [state for state in JobState if is_forgotten(job(state))] == [JobState.EXPIRED]


@pytest.mark.parametrize(
    ("row", "promised"),
    [
        (job(JobState.COMPLETED, archive_run=1, expires_at=NOW + timedelta(seconds=1)), True),
        (job(JobState.COMPLETED, archive_run=1, expires_at=NOW), False),
        (job(JobState.COMPLETED, archive_run=1), False),
        (job(JobState.RUNNING, expires_at=NOW + timedelta(hours=1)), False),
        (job(JobState.EXPIRED), False),
    ],
    ids=["link lives", "link is over", "no link", "running", "expired"],
)
def test_an_archive_is_promised_while_its_link_lives(*, row: JobView, promised: bool) -> None:
    assert is_promised(row, NOW) is promised
