"""The disk of the archives is full while pictures are fetched, packed and handed out; then there is room again."""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from http import HTTPStatus

import pytest

from shared.errors import Reason
from shared.reasons import REASON_WORDS
from tests.faults.instances import Instance
from tests.faults.scene import Accepted, Scene
from tests.faults.trial import Trial
from tests.integration.small_disk import SmallDisk, small_disk

pytestmark = pytest.mark.faults

DISK = 100_000_000
ONE_JOB = 3_000_000
"""Bytes, a little less than the pictures of one job: it may end anywhere from the first picture to the last paper."""


WITHOUT_ROOM = frozenset({Reason.STORAGE_FULL})


@pytest.fixture
def disk(trial: Trial) -> Iterator[SmallDisk]:
    with small_disk(trial.system.archives, DISK) as disk:
        yield disk


async def test_a_full_disk_costs_no_job_that_can_wait_for_room(trial: Trial, disk: SmallDisk, long: bool) -> None:
    """Those that never find any fail, and say why; the others are done as soon as there is some."""
    jobs = 10 if long else 2
    (served,) = await ask(trial, 1)
    await ended(trial, served)

    disk.fill(leave=trial.rng.randrange(ONE_JOB))
    early = await ask(trial, jobs, may_fail=WITHOUT_ROOM)
    await asyncio.gather(*(ended(trial, job) for job in early))
    got = await downloaded(trial, served)
    late = await ask(trial, jobs)
    await one_found_no_room(trial, late)
    disk.empty()

    scene = await trial.settle()
    trial.require_survival(scene, without_room=jobs)
    assert got == promised(scene)[served.job_id]
    await require_whole_or_nothing(trial, scene)
    require_plain_words(trial, scene)


async def ask(trial: Trial, jobs: int, *, may_fail: frozenset[Reason] = frozenset()) -> list[Accepted]:
    return [await trial.people.submit(may_fail=may_fail) for _ in range(jobs)]


async def ended(trial: Trial, job: Accepted) -> None:
    async with asyncio.timeout(1200):
        while (await trial.people.look(job))["state"] not in ("completed", "failed"):
            await asyncio.sleep(0.1)


async def one_found_no_room(trial: Trial, jobs: Sequence[Accepted]) -> None:
    wanted = {str(job.job_id) for job in jobs}
    async with asyncio.timeout(300):
        while not any(wanted & without_room(packager) for packager in trial.system.fleet.of("packager")):
            await asyncio.sleep(0.1)


def without_room(packager: Instance) -> set[str]:
    lines = packager.process.lines()
    return {line["job_id"] for line in lines if line.get("reason") == Reason.STORAGE_FULL}


async def downloaded(trial: Trial, job: Accepted) -> str | None:
    """The SHA-256 of what the link of the mail gives; None when it says that there is nothing."""
    async with trial.people.session.get(trial.system.links.download(job.job_id)) as answer:
        if answer.status == HTTPStatus.OK:
            return hashlib.sha256(await answer.read()).hexdigest()
        assert answer.status in (HTTPStatus.GONE, HTTPStatus.NOT_FOUND), answer.status
        return None


def promised(scene: Scene) -> dict[object, str]:
    """The SHA-256 of each completed job's archive."""
    return {row["job_id"]: row["archive_sha256"] for row in scene.tables["jobs"] if row["state"] == "completed"}


async def require_whole_or_nothing(trial: Trial, scene: Scene) -> None:
    said = promised(scene)
    for job in scene.accepted:
        assert await downloaded(trial, job) == said.get(job.job_id)


def require_plain_words(trial: Trial, scene: Scene) -> None:
    """Whoever gets no pictures is told why in the mail."""
    failed = {row["job_id"]: row["reason"] for row in scene.tables["jobs"] if row["state"] == "failed"}
    assert set(failed.values()) == {Reason.STORAGE_FULL}
    for job in scene.accepted:
        if job.job_id in failed:
            mail = trial.system.relay.mails_to(job.address)[-1]
            body = mail.get_body(("plain",))
            assert body is not None
            assert REASON_WORDS[Reason.STORAGE_FULL] in " ".join(body.get_content().split())
