"""A job whose archive lies in a bucket: from the search's end to the browser, and through the bucket's bad days."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from PIL import Image

from deploy.local.objects import Objects
from deploy.local.servers import Server
from services.packager import sealing
from services.packager.app import build_sweep
from services.packager.packing import Means, Pack
from services.packager.uploads import UploadedArchives
from shared.archives import ArchiveFile, Kind, all_of
from shared.claims import Heartbeats
from shared.contactsheets import extent_of
from shared.errors import Reason, RunError
from shared.events import ArchiveBuilt, JobExpired, SearchFinished, Stage
from shared.localarchives import LocalArchives
from shared.pulse import Progress
from shared.s3archives import S3Archives
from shared.waiting import waiting_for
from tests.integration.bus import Bus
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway
from tests.integration.packager.neighbours import QUERY, Neighbours, urls
from tests.integration.packager.place import Place, until
from tests.integration.running import running
from tests.objects import FULL, SILENT, Front, a_bucket, in_front_of, told_of
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server(objects: Server) -> Objects:
    assert isinstance(objects.part, Objects)
    return objects.part


@pytest.fixture
async def front(server: Objects) -> AsyncIterator[Front]:
    async with in_front_of(server) as front:
        yield front


@pytest.fixture
def archives(server: Objects, front: Front, tmp_path: Path) -> UploadedArchives:
    return UploadedArchives(LocalArchives(tmp_path / "scratch"), S3Archives(a_bucket(server, front.url)))


@dataclass(frozen=True)
class Run:
    """One that is to be packed into the bucket behind the front."""

    job_id: UUID
    means: Means
    archives: UploadedArchives
    front: Front
    scratch: Path

    def begin(self) -> asyncio.Future[None]:
        return asyncio.ensure_future(Pack(self.job_id, 1, self.means).work(Progress()))


@pytest.fixture
async def run(others: Neighbours, means: Means, site: PictureWeb, archives: UploadedArchives, front: Front) -> Run:
    job_id = await a_job_to_pack(others, site, number=9200)
    scratch = archives.part(job_id, 1).parent
    return Run(job_id, replace(means, archives=archives), archives, front, scratch)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def a_job_to_pack(others: Neighbours, site: PictureWeb, number: int, pictures: int = 1) -> UUID:
    job_id = await others.a_running_job(asked=pictures)
    await others.find(job_id, urls(site, ["good"] * pictures, number))
    await others.finish_search(job_id, found=pictures)
    return job_id


async def test_a_job_is_packed_into_a_bucket_fetched_from_there_and_gone_when_it_expires(  # noqa: PLR0917 - the world
    backbone: Backbone, others: Neighbours, bus: Bus, site: PictureWeb, server: Objects, place: Place, tmp_path: Path
) -> None:
    bucket, scratch = a_bucket(server), tmp_path / "scratch"
    settings, stored = told_of(bucket), S3Archives(bucket)
    told = place.environment | settings | {"AID_SCRATCH": str(scratch)}
    job_id = await a_job_to_pack(others, site, 9100, pictures=8)
    async with running("packager", told, tmp_path), serving_gateway(backbone, tmp_path, told=settings) as gateway:
        await bus.publish(SearchFinished(job_id=job_id, run=1, found=8))
        built = await bus.event(job_id, ArchiveBuilt)
        row = {"state": "completed", "run": 1, "archive_run": 1, "archive_size": built.size, "kept": built.kept}
        until_then = datetime.now(UTC) + timedelta(minutes=20)
        await gateway.put_row(job_id, **row, images=8, query=QUERY, expires_at=until_then)

        await the_archive_is_had(gateway, job_id, built)
        await its_sheet_is_shown(gateway, stored, job_id)
        assert left_in(scratch) == []

        await others.decide(job_id, "expired")
        await bus.publish(JobExpired(job_id=job_id, sequence=9))
        async with asyncio.timeout(10):
            while await Heartbeats(others.cassandra).last(job_id, 1, Stage.PACK):  # what is forgotten last
                await asyncio.sleep(0.05)
        assert await stored.files() == []
        for path in (download_of(gateway, job_id), f"{status_of(gateway, job_id)}/contact-sheet.webp"):
            async with gateway.visitor.get(path) as answer:
                assert answer.status == 410


def download_of(gateway: Gateway, job_id: UUID) -> str:
    return f"/download/{gateway.desk.links.download(job_id).rpartition('/')[2]}"


def status_of(gateway: Gateway, job_id: UUID) -> str:
    return f"/jobs/{gateway.desk.links.status_token(job_id)}"


async def the_archive_is_had(gateway: Gateway, job_id: UUID, built: ArchiveBuilt) -> None:
    path, browser = download_of(gateway, job_id), gateway.visitor
    async with browser.get(path, allow_redirects=False) as sent:
        assert sent.status == 307
        assert 60 < int(sent.headers["Location"].partition("X-Amz-Expires=")[2].partition("&")[0]) <= 20 * 60
        assert (sent.headers["Cache-Control"], sent.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    async with browser.get(path) as answer:
        whole = await answer.read()
    async with browser.head(path, allow_redirects=True) as asked:
        assert (asked.status, asked.content_length) == (200, built.size)
    resuming = {"Range": "bytes=1000-", "If-Range": answer.headers["ETag"]}
    async with browser.get(path, headers=resuming) as rest:
        assert (rest.status, await rest.read()) == (206, whole[1000:])

    assert (answer.status, len(whole)) == (200, built.size)
    assert 'filename="red-pandas-friends-images.zip"' in answer.headers["Content-Disposition"]
    assert ZipFile(io.BytesIO(whole)).testzip() is None


async def its_sheet_is_shown(gateway: Gateway, stored: S3Archives, job_id: UUID) -> None:
    async with asyncio.timeout(10):
        while not await stored.has_sheet(job_id, 1):
            await asyncio.sleep(0.05)
    sheet = f"{status_of(gateway, job_id)}/contact-sheet.webp"
    async with gateway.visitor.get(status_of(gateway, job_id)) as answer:
        page = await answer.text()
    async with gateway.visitor.get(sheet, allow_redirects=False) as answer:
        image = Image.open(io.BytesIO(await answer.read()))

    assert (answer.status, answer.content_type, image.size) == (200, "image/webp", extent_of(8))
    assert f'src="{sheet}" width="{image.width}" height="{image.height}"' in page


async def test_a_bucket_that_is_away_is_waited_for_and_said_so(run: Run, bus: Bus) -> None:
    run.front.failing = 503
    work = run.begin()
    await until(lambda: "archives" in waiting_for())
    assert not await run.archives.answers()
    assert bus.events(run.job_id) == []

    run.front.failing = None
    async with asyncio.timeout(20):
        await work

    built = await bus.event(run.job_id, ArchiveBuilt)
    assert await run.archives.size(run.job_id, 1) == built.size
    assert left_in(run.scratch) == []
    assert waiting_for() == []


@pytest.mark.parametrize("failing", [503, SILENT])
async def test_a_run_that_stops_while_the_bucket_is_away_leaves_nothing_here(
    run: Run, bus: Bus, monkeypatch: pytest.MonkeyPatch, *, failing: int
) -> None:
    monkeypatch.setattr(sealing, "DISCARD_SECONDS", 0.2)
    run.front.failing = failing
    work = run.begin()
    await until(lambda: run.front.asked)

    work.cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(work, return_exceptions=True)

    assert work.cancelled()
    assert left_in(run.scratch) == []
    assert bus.events(run.job_id) == []


async def test_a_full_bucket_fails_the_run_for_now(run: Run) -> None:
    run.front.failing = FULL

    with pytest.raises(RunError) as failed:
        async with asyncio.timeout(10):
            await run.begin()

    assert (failed.value.reason, failed.value.retryable) == (Reason.STORAGE_FULL, True)
    assert left_in(run.scratch) == []


async def test_what_a_killed_packager_left_in_bucket_and_scratch_is_swept(
    others: Neighbours, archives: UploadedArchives, front: Front
) -> None:
    expired, completed, unknown = await others.a_running_job(asked=1), await others.a_running_job(asked=1), uuid4()
    for job_id in (expired, completed, unknown):
        for run in (1, 2):
            archives.part(job_id, run).write_bytes(b"whole")
            await archives.publish(job_id, run, QUERY)
            await archives.add_sheet(job_id, run, b"a picture")
            archives.part(job_id, run).write_bytes(b"half")
    await others.decide(expired, "expired")
    await others.decide(completed, "completed", archive_run=2)
    assert len(await archives.files(expired)) == 6

    front.failing = 503
    sweeping = asyncio.ensure_future(build_sweep(others.cassandra, archives).everything())
    await until(lambda: "archives" in waiting_for())
    front.failing = None
    async with asyncio.timeout(20):
        await sweeping

    kept = {ArchiveFile(completed, 2), ArchiveFile(completed, 2, Kind.SHEET)}
    assert set(await archives.files()) == kept
    assert kept < set(all_of(completed, 2))
