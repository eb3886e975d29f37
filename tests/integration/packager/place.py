"""Where a packager works, and how far it is."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from shared.events import ImagesFound, JobProgressed
from tests.integration.bus import Bus
from tests.integration.packager.neighbours import Neighbours, urls
from tests.pictureweb.site import PictureWeb


@dataclass(frozen=True)
class Place:
    """Where the packager works, and what it is told."""

    folder: Path
    archives: Path
    environment: dict[str, str]

    def archive(self, job_id: UUID, run: int = 1) -> Path:
        return self.archives / f"{job_id}-{run}.zip"

    def files(self, job_id: UUID) -> list[str]:
        return sorted(path.name.removeprefix(str(job_id)) for path in self.archives.glob(f"{job_id}*"))


async def until(condition: Callable[[], object], patience: float = 10.0) -> None:
    """TimeoutError says it never came true."""
    async with asyncio.timeout(patience):
        while not condition():
            await asyncio.sleep(0.02)


async def a_run_in_progress(others: Neighbours, bus: Bus, site: PictureWeb) -> UUID:
    """Three pictures are in, and ten more will not come before their 7 s are over."""
    job_id = await others.a_running_job(asked=13)
    good, slow = urls(site, ["good"] * 3, int(job_id) % 10**9), urls(site, ["slow"] * 10, int(job_id) % 10**9)
    await others.find(job_id, [*good, *(f"{url}?ms=7000" for url in slow)])
    await bus.publish(ImagesFound(job_id=job_id, run=1, sequence=1, found=13))
    await bus.until(lambda: any(isinstance(e, JobProgressed) and e.kept == 3 for e in bus.events(job_id)))
    return job_id
