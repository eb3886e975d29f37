"""A packager that is told to stop, and one that is killed."""

from contextlib import AsyncExitStack

import pytest

from shared.errors import Reason
from shared.events import Failure, RunFailed
from tests.integration.bus import Bus
from tests.integration.packager.neighbours import Neighbours
from tests.integration.packager.place import Place, a_run_in_progress, until
from tests.integration.running import running, start_service
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


async def test_a_packager_that_is_stopped_hands_its_run_back_and_leaves_no_part(
    others: Neighbours, bus: Bus, site: PictureWeb, place: Place
) -> None:
    async with running("packager", place.environment, place.folder) as service:
        job_id = await a_run_in_progress(others, bus, site)

        assert await service.stop() == 0

        failed = await bus.event(job_id, RunFailed)
        assert (failed.failure, failed.reason) == (Failure.INTERRUPTED, Reason.INTERRUPTED)
        assert place.files(job_id) == []


async def test_what_a_killed_packager_leaves_is_swept_once_its_job_is_over(
    others: Neighbours, bus: Bus, site: PictureWeb, place: Place
) -> None:
    async with AsyncExitStack() as stack:
        killed = await start_service("packager", place.environment, place.folder)
        stack.push_async_callback(killed.kill)
        await killed.ready()
        job_id = await a_run_in_progress(others, bus, site)
        await killed.kill()
        assert place.files(job_id) == ["-1.zip.part"]
        living = await others.a_running_job(asked=1)
        (place.archives / f"{living}-1.zip.part").touch()
        await others.decide(job_id, "expired")

        async with running("packager", place.environment, place.folder) as next_one:
            await until(lambda: any(line["event"] == "archive_swept" for line in next_one.lines()))
        assert (place.files(job_id), place.files(living)) == ([], ["-1.zip.part"])
