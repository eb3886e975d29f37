"""A run on a real disk that is too small: wherever it ends, it fails for lack of room and gives back what it took."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.packager.fetchers import guarded_fetcher
from services.packager.packing import Means, Pack
from services.packager.settings import Settings
from shared.errors import Reason, RunError
from shared.pulse import Progress
from tests.integration.packager.neighbours import Neighbours, Opened, urls
from tests.integration.small_disk import SmallDisk, small_disk
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration

DISK = 4_000_000
ROOM = (0, 20_000, 300_000, 1_200_000)
"""Bytes. Ten pictures take 1.9 million."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path, DISK) as disk:
        yield disk


@pytest.fixture(params=[64 * 1024 * 1024, 64_000], ids=["bodies in memory", "bodies on the disk"])
def body_memory(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.mark.parametrize("room", ROOM)
async def test_without_room_the_run_fails_for_now_and_leaves_all_the_room_there_was(  # noqa: PLR0917 - fixtures
    others: Neighbours,
    means: Means,
    settings: Settings,
    site: PictureWeb,
    disk: SmallDisk,
    body_memory: int,
    room: int,
) -> None:
    job_id = await others.a_running_job(asked=10)
    await others.find(job_id, urls(site, ["good"] * 10, 1200))
    await others.finish_search(job_id, found=10)
    disk.fill(leave=room)
    before = disk.free

    async with guarded_fetcher(settings.model_copy(update={"body_memory": body_memory})) as fetcher:
        assert await failure(Pack(job_id, 1, replace(means, fetcher=fetcher))) == (Reason.STORAGE_FULL, True)

    assert disk.free == before


async def failure(pack: Pack) -> tuple[Reason, bool]:
    """What it holds is let go with its exception, at the latest."""
    try:
        await pack.work(Progress())
    except RunError as error:
        return error.reason, error.retryable
    raise AssertionError("there was room enough")


async def test_when_there_is_room_again_the_next_run_is_whole(
    others: Neighbours, means: Means, site: PictureWeb, disk: SmallDisk
) -> None:
    job_id = await others.a_running_job(asked=10)
    await others.find(job_id, urls(site, ["good"] * 10, 1300))
    await others.finish_search(job_id, found=10)
    disk.fill(leave=ROOM[-1])
    assert await failure(Pack(job_id, 1, means)) == (Reason.STORAGE_FULL, True)

    disk.empty()
    await Pack(job_id, 2, means).work(Progress())

    assert len(Opened(disk.folder / f"{job_id}-2.zip").pictures) == 10
