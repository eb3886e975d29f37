"""What the packager's tests need of the other services: the row of a job, its addresses, its search."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

from deploy.local.zips import PAPERS
from shared.cassandra import Cassandra
from shared.filters import Filters
from shared.images import FoundImage, Images
from shared.searches import Asked, Search, Searches
from tests.pictureweb.kinds import KINDS
from tests.pictureweb.site import PictureWeb

QUERY = "../red pandas & <friends>"


class Neighbours:
    """The scheduler and the scraper, as far as they write rows."""

    def __init__(self, cassandra: Cassandra) -> None:
        self.cassandra = cassandra
        self.images = Images(cassandra)
        self.searches = Searches(cassandra)

    async def a_running_job(self, asked: int, run: int = 1, filters: Filters | None = None) -> UUID:
        job_id = uuid4()
        stored = filters.stored() if filters else None
        await self.cassandra.execute(
            "INSERT INTO jobs (job_id, state, run, version, query, images, filters) "
            "VALUES (?, 'running', ?, 2, ?, ?, ?)",
            (job_id, run, QUERY, asked, stored),
        )
        return job_id

    async def decide(self, job_id: UUID, state: str, archive_run: int | None = None) -> None:
        await self.cassandra.execute(
            "UPDATE jobs SET state = ?, archive_run = ? WHERE job_id = ?", (state, archive_run, job_id)
        )

    async def begin_run(self, job_id: UUID, run: int) -> None:
        await self.cassandra.execute("UPDATE jobs SET run = ? WHERE job_id = ?", (run, job_id))

    async def find(self, job_id: UUID, urls: Iterable[str], first_rank: int = 1) -> None:
        found = [
            FoundImage(url, f"https://pages.example/{rank}", f"Panda {rank}", rank=rank, engine="google")
            for rank, url in enumerate(urls, first_rank)
        ]
        await self.images.add(job_id, found)

    async def finish_search(self, job_id: UUID, found: int = 0) -> None:
        asked = Asked("google", "exhausted", found=found, unusable=2, left_out=3, ignored=("kind",))
        await self.searches.finish(job_id, Search(True, found, (asked,)))


def urls(site: PictureWeb, kinds: Sequence[str], first_number: int = 1) -> list[str]:
    """One address per kind, spread over the hosts."""
    hosts = site.addresses
    return [
        f"http://{hosts[number % len(hosts)]}/{kind}/{number}.{KINDS[kind].extension}"
        for number, kind in enumerate(kinds, first_number)
    ]


class Opened:
    """An archive as whoever gets it sees it; every file was read once without a fault."""

    def __init__(self, path: Path) -> None:
        with ZipFile(path) as archive:
            assert archive.testzip() is None
            self.names = archive.namelist()
            self.contents = {name: archive.read(name) for name in self.names}
        self.manifest = list(csv.DictReader(io.StringIO(self.contents["manifest.csv"].decode(), newline="")))
        self.report: dict[str, Any] = json.loads(self.contents["report.json"])
        self.pictures = [name for name in self.names if name not in PAPERS]
