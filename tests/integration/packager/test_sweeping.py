"""What is kept of jobs, on real Cassandra and disk, before and after a sweep."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.packager.app import build_sweep
from services.packager.sweeping import Sweep
from shared.cassandra import Cassandra
from shared.claims import Claims, Counts, Heartbeats
from shared.events import Stage
from shared.images import FoundImage
from shared.localarchives import LocalArchives
from tests.integration.packager.neighbours import Neighbours

pytestmark = pytest.mark.integration

STATES = ("scheduled", "running", "completed", "failed", "cancelled", "expired")


@pytest.fixture
def archives(tmp_path: Path) -> LocalArchives:
    return LocalArchives(tmp_path)


@pytest.fixture
def sweep(cassandra: Cassandra, archives: LocalArchives) -> Sweep:
    return build_sweep(cassandra, archives)


async def a_worked_job(others: Neighbours, job_id: UUID) -> None:
    """All the rows that workers write."""
    await others.images.add(job_id, [FoundImage("http://pictures.example/1.jpg", rank=1, engine="google")])
    await others.finish_search(job_id, found=1)
    for stage in Stage:
        await Claims(others.cassandra).claim(job_id, 1, stage, attempt=uuid4(), now=datetime.now(UTC))
        await Heartbeats(others.cassandra).beat(job_id, 1, stage, Counts(), now=datetime.now(UTC))


async def rows(sweep: Sweep, job_id: UUID) -> int:
    """In how many tables there is something of it."""
    return sum([job_id in await table.jobs() for table in sweep.tables])


async def test_rows_of_unknown_and_expired_jobs_are_deleted_and_no_others(others: Neighbours, sweep: Sweep) -> None:
    jobs = {state: await others.a_running_job(asked=1) for state in STATES} | {"unknown": uuid4()}
    for state, job_id in jobs.items():
        await a_worked_job(others, job_id)
        if state != "unknown":
            await others.decide(job_id, state)

    await sweep.everything()

    left = {state: await rows(sweep, job_id) for state, job_id in jobs.items()}
    assert left == dict.fromkeys(STATES, 4) | {"expired": 0, "unknown": 0}


async def test_files_that_no_job_has_a_use_for_are_deleted_and_no_others(
    others: Neighbours, sweep: Sweep, archives: LocalArchives, tmp_path: Path
) -> None:
    jobs = {state: await others.a_running_job(asked=1, run=2) for state in STATES} | {"unknown": uuid4()}
    for state, job_id in jobs.items():
        for run in (1, 2):
            archives.part(job_id, run).write_bytes(b"part")
            archives.path(job_id, run).write_bytes(b"whole")
        if state != "unknown":
            await others.decide(job_id, state, archive_run=1 if state == "completed" else None)
    (tmp_path / "somebody-elses.zip").touch()

    await sweep.everything()

    stays = {"-1.zip", "-2.zip", "-2.zip.part"}
    left = {state: {file.name[36:] for file in await archives.files(job_id)} for state, job_id in jobs.items()}
    none: set[str] = set()
    assert left == dict.fromkeys(jobs, none) | {"running": stays, "scheduled": stays, "completed": {"-1.zip"}}
    assert (tmp_path / "somebody-elses.zip").exists()


@pytest.mark.parametrize("size", [None, 3], ids=["gone", "cut short"])
async def test_an_archive_that_is_promised_and_not_there_is_told_to_the_operator(
    others: Neighbours, sweep: Sweep, archives: LocalArchives, size: int | None
) -> None:
    whole, broken = [await a_completed_job(others, archives, minutes=20) for _ in range(2)]
    over = await a_completed_job(others, archives, minutes=-1)
    await archives.delete(over)
    await archives.delete(broken)
    if size is not None:
        archives.path(broken, 1).write_bytes(b"x" * size)

    with capture_logs() as logs:
        await sweep.everything()

    told = [line for line in logs if line["event"] == "archive_missing"]
    mine = [line for line in told if line["job_id"] in map(str, (whole, broken, over))]
    assert [(line["job_id"], line["size"], line["log_level"]) for line in mine] == [(str(broken), size, "error")]
    assert REGISTRY.get_sample_value("aid_archives_missing") == len(told)


async def a_completed_job(others: Neighbours, archives: LocalArchives, *, minutes: float) -> UUID:
    """Packed, and with a link that lives so long from now."""
    job_id = await others.a_running_job(asked=1)
    await a_worked_job(others, job_id)
    archives.path(job_id, 1).write_bytes(b"whole")
    await others.cassandra.execute(
        "UPDATE jobs SET state = 'completed', archive_run = 1, archive_size = 5, expires_at = ? WHERE job_id = ?",
        (datetime.now(UTC) + timedelta(minutes=minutes), job_id),
    )
    return job_id


async def test_one_row_that_nobody_can_read_does_not_hold_up_the_sweep(
    others: Neighbours, sweep: Sweep, archives: LocalArchives
) -> None:
    unreadable, expired = [await others.a_running_job(asked=1) for _ in range(2)]
    for job_id in (unreadable, expired):
        archives.path(job_id, 1).touch()
    await others.decide(unreadable, "of_tomorrow")
    await others.decide(expired, "expired")

    with capture_logs() as logs:
        await sweep.everything()

    assert {file.job_id for file in await archives.files()} == {unreadable}
    assert [line["job_id"] for line in logs if line["event"] == "job_not_swept"] == [str(unreadable)]
    await others.cassandra.execute("DELETE FROM jobs WHERE job_id = ?", (unreadable,))
