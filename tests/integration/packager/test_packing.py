"""One run of the packager, on real Kafka, Cassandra, disk and sockets."""

import asyncio
import hashlib
import threading
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from services.packager.fetchers import guarded_fetcher
from services.packager.packing import Means, Pack
from services.packager.settings import Settings
from shared.errors import Reason, RunError
from shared.events import ArchiveBuilt
from shared.filters import FileFormat, Filters, MinimumSize, Orientation
from shared.localarchives import LocalArchives
from shared.publisher import Publisher
from shared.pulse import Progress
from shared.searches import Asked
from tests.integration.bus import Bus
from tests.integration.packager.neighbours import QUERY, Neighbours, Opened, urls
from tests.integration.packager.place import until
from tests.pictureweb.kinds import KINDS
from tests.pictureweb.pictures import SHAPES
from tests.pictureweb.site import PictureWeb
from tests.unit.packager.samples import a_candidate, encoded

pytestmark = pytest.mark.integration


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def ended(work: asyncio.Future[None]) -> None:
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_an_archive_says_honestly_what_was_asked_found_kept_and_refused(
    others: Neighbours, means: Means, bus: Bus, site: PictureWeb, tmp_path: Path
) -> None:
    job_id = await others.a_running_job(asked=50)
    kinds = ["good", "missing", "png", "html", "gif", "webp", "short", "redirect", "pixel", "good", "to-private"]
    addresses = urls(site, kinds)
    twin = addresses[0].replace("/good/", "/twin/")
    await others.find(job_id, [*addresses, twin])
    await others.finish_search(job_id, found=12)

    progress = Progress()
    await Pack(job_id, 1, means).work(progress)

    built = await bus.event(job_id, ArchiveBuilt)
    assert (built.run, built.found, built.kept) == (1, 12, 6)
    assert built.refused == {
        "gone": 1,
        "not_a_picture": 1,
        "truncated": 1,
        "too_small": 1,
        "forbidden_address": 1,
        "duplicate": 1,
    }
    assert (progress.counts.found, progress.counts.kept, progress.counts.refused) == (12, 6, 6)

    path = tmp_path / f"{job_id}-1.zip"
    assert files(tmp_path) == [path.name]
    assert (built.size, built.sha256) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    opened = Opened(path)
    assert len(opened.pictures) == 6
    assert all(name.split("_")[1] == "red-pandas-friends" for name in opened.pictures)
    assert [row["rank"] for row in opened.manifest] in (
        ["1", "3", "5", "6", "8", "10"],
        ["3", "5", "6", "8", "10", "12"],  # the twin was the first of the two
    )
    for row in opened.manifest:
        content = opened.contents[row["file"]]
        assert (row["sha256"], row["bytes"]) == (hashlib.sha256(content).hexdigest(), str(len(content)))
        assert row["file"].startswith(f"{int(row['rank']):04}_")
    assert opened.report["query"] == QUERY
    assert (opened.report["asked"], opened.report["found"], opened.report["kept"]) == (50, 12, 6)
    assert opened.report["refused"] == built.refused
    assert opened.report["engines"] == [
        {
            "engine": "google",
            "ending": "exhausted",
            "found": 12,
            "unusable": 2,
            "left_out": 3,
            "filters_ignored": ["type"],
        }
    ]


async def test_what_came_is_held_against_the_filters_whatever_the_engine_said(
    others: Neighbours, means: Means, bus: Bus, site: PictureWeb, tmp_path: Path
) -> None:
    filters = Filters(minimum_size=MinimumSize.XGA, orientation=Orientation.PORTRAIT, file_format=FileFormat.JPEG)
    job_id = await others.a_running_job(asked=50, filters=filters)
    portrait, small, landscape = (len(SHAPES) + SHAPES.index(shape) for shape in ((968, 1296), (744, 992), (1096, 824)))
    goods = [urls(site, ["good"], number)[0] for number in (portrait, small, landscape)]
    await others.find(job_id, [*goods, *urls(site, ["png"])])
    upright = "data:image/jpeg;base64," + b64encode(encoded(Image.new("RGB", (800, 1000)), "JPEG")).decode()
    broken = "data:image/jpeg;base64,@@@@"
    thumbnails = [a_candidate(rank, url=url, thumbnail_only=True) for rank, url in ((5, upright), (6, broken))]
    await others.images.add(job_id, thumbnails)
    await others.finish_search(job_id, found=6)

    await Pack(job_id, 1, means).work(Progress())

    built = await bus.event(job_id, ArchiveBuilt)
    assert built.refused == {
        "below_minimum_size": 1,
        "other_orientation": 1,
        "other_format": 1,
        "not_a_picture": 1,
    }
    opened = Opened(tmp_path / f"{job_id}-1.zip")
    assert [(row["rank"], row["width"], row["thumbnail_only"]) for row in opened.manifest] == [
        ("1", "968", "no"),
        ("5", "800", "yes"),
    ]
    assert opened.report["filters"] == {"minimum-size": "1024x768", "orientation": "portrait", "format": "jpeg"}
    assert (opened.report["kept"], opened.report["thumbnails"]) == (2, 1)


async def test_thumbnails_of_what_cannot_be_had_fill_up_and_say_what_they_are(
    others: Neighbours, means: Means, bus: Bus, site: PictureWeb, tmp_path: Path
) -> None:
    job_id = await others.a_running_job(asked=4)
    kinds = ["good", "missing", "short", "to-private", "missing", "hotlink"]
    small = [*urls(site, ["good"] * 4, 1250), "https://127.0.0.1/secret.jpg", ""]
    small[1] = "data:image/jpeg;base64," + b64encode(encoded(Image.new("RGB", (60, 40)), "JPEG")).decode()
    pairs = zip(urls(site, kinds, 1200), small, strict=True)
    await others.images.add(
        job_id,
        [a_candidate(rank, url=url, thumbnail=copy, source_page=None) for rank, (url, copy) in enumerate(pairs, 1)],
    )
    await others.finish_search(job_id, found=6)

    await Pack(job_id, 1, means).work(Progress())

    built = await bus.event(job_id, ArchiveBuilt)
    assert (built.found, built.kept, built.thumbnails) == (6, 3, 2)
    assert built.refused == {"forbidden_address": 1, "gone": 1, "refused_by_host": 1}
    opened = Opened(tmp_path / f"{job_id}-1.zip")
    rows = {row["rank"]: row for row in opened.manifest}
    assert {rank: row["thumbnail_only"] for rank, row in rows.items()} == {"1": "no", "2": "yes", "3": "yes"}
    assert all(("_thumbnail." in row["file"]) is (row["thumbnail_only"] == "yes") for row in opened.manifest)
    assert "/missing/" in rows["2"]["image_url"]
    assert rows["2"]["final_url"] == "data:image/jpeg;base64,…"
    assert ("/short/" in rows["3"]["image_url"], rows["3"]["final_url"]) == (True, small[2])
    assert opened.contents["ATTRIBUTION.md"].decode().count("A thumbnail, not the original.") == 2
    assert (opened.report["kept"], opened.report["thumbnails"]) == (3, 2)


async def test_it_fetches_while_the_search_still_finds(
    others: Neighbours, means: Means, bus: Bus, site: PictureWeb
) -> None:
    job_id = await others.a_running_job(asked=6)
    await others.find(job_id, urls(site, ["good"] * 3, 100))
    progress = Progress()
    work = asyncio.ensure_future(Pack(job_id, 1, means).work(progress))

    await until(lambda: progress.counts.kept == 3)
    await others.find(job_id, urls(site, ["good"] * 3, 103), first_rank=4)
    means.bells.ring(job_id, 1)
    await work  # six are good: nobody waits for the search to finish

    assert (await bus.event(job_id, ArchiveBuilt)).kept == 6


async def test_enough_before_the_end_of_the_search_is_reported_with_what_is_known_of_it(
    others: Neighbours, means: Means, site: PictureWeb, tmp_path: Path
) -> None:
    job_id = await others.a_running_job(asked=2)
    await others.searches.note(job_id, [Asked("openverse", "under_way", ignored=("colour",))])
    await others.find(job_id, urls(site, ["good"] * 2, 150))

    await Pack(job_id, 1, means).work(Progress())

    report = Opened(tmp_path / f"{job_id}-1.zip").report
    assert [(engine["engine"], engine["filters_ignored"]) for engine in report["engines"]] == [
        ("openverse", ["colour"])
    ]


async def test_it_finds_what_is_new_without_any_event(
    others: Neighbours, means: Means, bus: Bus, site: PictureWeb
) -> None:
    job_id = await others.a_running_job(asked=5)
    work = asyncio.ensure_future(Pack(job_id, 1, means).work(Progress()))
    await until(lambda: means.archives.part(job_id, 1).exists())

    await others.find(job_id, urls(site, ["good"] * 2, 200))
    await others.finish_search(job_id, found=2)
    await work

    assert (await bus.event(job_id, ArchiveBuilt)).kept == 2


async def test_it_stops_when_enough_are_good_and_leaves_the_rest_alone(
    others: Neighbours, means: Means, bus: Bus, site: PictureWeb
) -> None:
    job_id = await others.a_running_job(asked=10)
    await others.find(job_id, urls(site, ["slow"] * 3 + ["good"] * 60, 300))
    await others.finish_search(job_id, found=63)
    before = site.visited("/good/3")

    # Were the slow ones waited for, they would be refused: they take longer than a silence may.
    await Pack(job_id, 1, means).work(Progress())

    built = await bus.event(job_id, ArchiveBuilt)
    assert (built.found, built.kept, built.refused) == (63, 10, {})
    assert site.visited("/good/3") - before <= 10 + 16


async def test_spares_take_the_place_of_what_is_refused(
    others: Neighbours, means: Means, bus: Bus, site: PictureWeb
) -> None:
    job_id = await others.a_running_job(asked=10)
    await others.find(job_id, urls(site, ["missing", "good", "html"] * 10, 400))
    await others.finish_search(job_id, found=30)

    await Pack(job_id, 1, means).work(Progress())

    built = await bus.event(job_id, ArchiveBuilt)
    assert built.kept == 10
    assert set(built.refused) <= {"gone", "not_a_picture"}
    assert built.kept + sum(built.refused.values()) <= built.found


@pytest.mark.parametrize(
    ("kinds", "retryable"),
    [(["missing", "html"], False), ([], False), (["drip", "drip"], True), (["drip", "missing"], False)],
)
async def test_without_one_good_picture_the_run_fails_and_nothing_is_left(
    others: Neighbours, means: Means, site: PictureWeb, *, kinds: list[str], retryable: bool
) -> None:
    job_id = await others.a_running_job(asked=5)
    await others.find(job_id, urls(site, kinds, 500))
    await others.finish_search(job_id, found=len(kinds))

    with pytest.raises(RunError) as failed:
        await Pack(job_id, 1, means).work(Progress())

    assert (failed.value.reason, failed.value.retryable) == (Reason.NO_PICTURES, retryable)
    assert files(means.archives.part(job_id, 1).parent) == []


async def test_when_the_time_is_up_what_is_good_is_packed_and_the_rest_is_counted(
    others: Neighbours, means: Means, settings: Settings, bus: Bus, site: PictureWeb
) -> None:
    job_id = await others.a_running_job(asked=5)
    await others.find(job_id, urls(site, ["good", "missing", "good"] + ["slow"] * 9, 600))
    await others.finish_search(job_id, found=12)
    progress = Progress()

    # Seven are in flight at once and five wait for their turn; a slow one takes 3 s.
    limits = replace(means.limits, at_once=7, seconds=1.5)
    async with guarded_fetcher(settings.model_copy(update={"idle_seconds": 10})) as patient:
        await Pack(job_id, 1, replace(means, fetcher=patient, limits=limits)).work(progress)

    built = await bus.event(job_id, ArchiveBuilt)
    assert (built.found, built.kept, built.refused) == (12, 2, {"gone": 1, "no_time_left": 9})
    assert (progress.counts.kept, progress.counts.refused) == (2, 10)


async def test_a_full_disk_fails_the_run_for_now_and_nothing_is_left(
    others: Neighbours, means: Means, site: PictureWeb, tmp_path: Path
) -> None:
    job_id = await others.a_running_job(asked=20)
    await others.find(job_id, urls(site, ["good"] * 20, 700))
    await others.finish_search(job_id, found=20)
    means.archives.part(job_id, 1).symlink_to("/dev/full")

    with pytest.raises(RunError) as failed:
        await Pack(job_id, 1, means).work(Progress())

    assert (failed.value.reason, failed.value.retryable) == (Reason.STORAGE_FULL, True)
    assert files(tmp_path) == []


@pytest.mark.parametrize("kind", ["slow", "drip", "endless"])
async def test_a_cancelled_run_ends_at_once_and_leaves_nothing(
    others: Neighbours, means: Means, settings: Settings, site: PictureWeb, tmp_path: Path, *, kind: str
) -> None:
    job_id = await others.a_running_job(asked=20)
    await others.find(job_id, urls(site, ["good"] * 5 + [kind] * 5, 800))
    progress = Progress()
    patient = settings.model_copy(update={"idle_seconds": 60, "download_seconds": 60, "picture_bytes": 10**9})
    async with guarded_fetcher(patient) as fetcher:
        work = asyncio.ensure_future(Pack(job_id, 1, replace(means, fetcher=fetcher)).work(progress))
        await until(lambda: progress.counts.kept == 5)
        assert files(tmp_path) == [f"{job_id}-1.zip.part"]

        async with asyncio.timeout(10):
            await ended(work)

    assert work.cancelled()
    assert files(tmp_path) == []


class Sealing(LocalArchives):
    """Its disk takes its time."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.begun, self.may_end = threading.Event(), threading.Event()

    def _publish(self, part: Path, path: Path) -> None:
        self.begun.set()
        assert self.may_end.wait(20)
        super()._publish(part, path)


async def test_a_run_cancelled_while_its_archive_is_sealed_leaves_none_and_says_nothing_of_it(
    others: Neighbours, means: Means, bus: Bus, site: PictureWeb, tmp_path: Path
) -> None:
    job_id, archives = await others.a_running_job(asked=1), Sealing(tmp_path)
    await others.find(job_id, urls(site, ["good"], 850))
    await others.finish_search(job_id, found=1)
    pack = Pack(job_id, 1, replace(means, archives=archives))
    work = asyncio.ensure_future(pack.work(Progress()))
    await until(archives.begun.is_set)

    work.cancel()
    await asyncio.sleep(0)
    archives.may_end.set()
    await ended(work)
    await pack.afterwards()

    assert work.cancelled()
    assert files(tmp_path) == []
    assert bus.events(job_id) == []


async def test_an_archive_that_was_handed_to_kafka_stays_although_the_run_is_cancelled(
    others: Neighbours, means: Means, site: PictureWeb, publisher: Publisher, tmp_path: Path
) -> None:
    job_id = await others.a_running_job(asked=1)
    await others.find(job_id, urls(site, ["good"], 900))
    await others.finish_search(job_id, found=1)
    await publisher.close()  # from here on nothing is delivered
    work = asyncio.ensure_future(Pack(job_id, 1, means).work(Progress()))
    await until(lambda: files(tmp_path) == [f"{job_id}-1.zip"])
    await asyncio.sleep(0.3)
    assert not work.done()

    await ended(work)

    assert files(tmp_path) == [f"{job_id}-1.zip"]


@pytest.mark.parametrize(
    ("state", "archive_run", "stays"),
    [("completed", 1, True), ("completed", 2, False), ("cancelled", None, False), ("failed", None, False)],
)
async def test_afterwards_an_archive_that_the_job_does_not_name_is_dropped(
    others: Neighbours,
    means: Means,
    site: PictureWeb,
    tmp_path: Path,
    *,
    state: str,
    archive_run: int | None,
    stays: bool,
) -> None:
    job_id = await others.a_running_job(asked=1)
    await others.find(job_id, urls(site, ["good"], 1000))
    await others.finish_search(job_id, found=1)
    pack = Pack(job_id, 1, means)
    await pack.work(Progress())
    afterwards = asyncio.ensure_future(pack.afterwards())
    await asyncio.sleep(0.5)
    assert not afterwards.done()
    assert files(tmp_path) == [f"{job_id}-1.zip"]

    await others.decide(job_id, state, archive_run)
    async with asyncio.timeout(5):
        await afterwards

    assert files(tmp_path) == ([f"{job_id}-1.webp", f"{job_id}-1.zip"] if stays else [])


async def test_large_bodies_do_not_stay_in_memory_and_are_packed_all_the_same(
    others: Neighbours, means: Means, settings: Settings, site: PictureWeb, tmp_path: Path
) -> None:
    job_id = await others.a_running_job(asked=4)
    await others.find(job_id, urls(site, ["good", "png", "gif", "webp"], 1100))
    await others.finish_search(job_id, found=4)
    frugal = settings.model_copy(update={"body_memory": settings.connections * 1000})  # a thousand bytes each

    async with guarded_fetcher(frugal) as fetcher:
        await Pack(job_id, 1, replace(means, fetcher=fetcher)).work(Progress())

    formats = Counter(name.rpartition(".")[2] for name in Opened(tmp_path / f"{job_id}-1.zip").pictures)
    assert formats == {"jpg": 1, "png": 1, "gif": 1, "webp": 1}


@pytest.mark.parametrize("opt_outs", ["honour", "ignore"])
async def test_what_hosts_want_nobody_to_collect_is_left_to_them(
    others: Neighbours, means: Means, settings: Settings, site: PictureWeb, opt_outs: str
) -> None:
    job_id = await others.a_running_job(asked=6)
    kinds = ["good", "noai", "disallowed", "png", "webp", "noai"]
    await others.find(job_id, [f"http://{site.addresses[9]}/{k}/{n}.{KINDS[k].extension}" for n, k in enumerate(kinds)])
    await others.finish_search(job_id, found=6)
    site.visits.clear()

    async with guarded_fetcher(settings.model_copy(update={"opt_outs": opt_outs})) as fetcher:
        await Pack(job_id, 1, replace(means, fetcher=fetcher)).work(Progress())

    report = Opened(settings.folder / f"{job_id}-1.zip").report
    honoured = opt_outs == "honour"
    assert (report["kept"], report["refused"]) == ((3, {"opted_out": 3}) if honoured else (6, {}))
    assert site.visited("/robots.txt") == honoured
    assert bool(site.visited("/disallowed/")) != honoured
