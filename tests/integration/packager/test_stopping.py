"""A packager that is told to stop, and one that is killed."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from shared.errors import Reason
from shared.events import Failure, ImagesFound, RunFailed
from tests.integration.bus import Bus
from tests.integration.packager.neighbours import Neighbours
from tests.integration.packager.place import Place, a_run_in_progress, until
from tests.integration.running import RunningService, start_service
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


async def start(stack: AsyncExitStack, place: Place, count: int) -> list[RunningService]:
    """Killed in the end, if they are not stopped before: whoever says goodbye waits for those who said none."""
    services = [await start_service("packager", place.environment, place.folder) for _ in range(count)]
    for service in services:
        stack.push_async_callback(service.kill)
    await asyncio.gather(*(service.ready() for service in services))
    return services


def works(service: RunningService, job_id: UUID, run: int) -> bool:
    lines = [line for line in service.lines() if line["event"] == "run_begun"]
    return any((line["job_id"], line["run"]) == (str(job_id), run) for line in lines)


async def test_what_a_stopping_packager_hands_back_the_one_beside_it_works_on(
    others: Neighbours, bus: Bus, site: PictureWeb, place: Place
) -> None:
    async with AsyncExitStack() as stack:
        services = await start(stack, place, 2)
        job_id = await a_run_in_progress(others, bus, site)
        (stopping,) = [service for service in services if works(service, job_id, run=1)]
        (staying,) = [service for service in services if service is not stopping]

        ending = asyncio.create_task(stopping.stop())
        failed = await bus.event(job_id, RunFailed)
        assert (failed.failure, failed.reason) == (Failure.INTERRUPTED, Reason.INTERRUPTED)
        assert place.files(job_id) == []

        await others.begin_run(job_id, 2)
        await bus.publish(ImagesFound(job_id=job_id, run=2, sequence=1, found=13))
        await until(lambda: works(staying, job_id, run=2), patience=20)
        assert (await ending, await staying.stop()) == (0, 0)


async def test_what_a_killed_packager_leaves_is_swept_once_its_job_is_over(
    others: Neighbours, bus: Bus, site: PictureWeb, place: Place
) -> None:
    async with AsyncExitStack() as stack:
        (killed,) = await start(stack, place, 1)
        job_id = await a_run_in_progress(others, bus, site)
        await killed.kill()
        assert place.files(job_id) == ["-1.zip.part"]
        living = await others.a_running_job(asked=1)
        (place.archives / f"{living}-1.zip.part").touch()
        await others.decide(job_id, "expired")

        (next_one,) = await start(stack, place, 1)
        await until(lambda: any(line["event"] == "job_swept" for line in next_one.lines()))
        assert (place.files(job_id), place.files(living)) == ([], ["-1.zip.part"])
