"""The work of one run: fetch while the search still finds, stop when enough is good, leave one whole archive."""

import asyncio
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import structlog
from prometheus_client import Counter

from services.packager.collection import Collection
from services.packager.feed import Bells, Feed, ReadingImages, ReadingSearches
from services.packager.gathering import Fetching, Gathering, at_once
from services.packager.pictures import PictureLimits
from services.packager.report import Report, engine_reports
from services.packager.sealing import Archives, Seal, Sheets
from services.packager.threads import OneThread
from services.packager.zips import ZipWriter
from shared.errors import Reason, RunError
from shared.events import ArchiveBuilt, Event
from shared.filterwords import fields_of
from shared.jobs import JobView
from shared.pulse import Progress
from shared.refusals import Refusal
from shared.waiting import pauses, until_available

log = structlog.get_logger()

KEPT = "kept"
PICTURES = Counter("aid_pictures_total", "Candidates tried, by what became of them", ["outcome"])
for _outcome in (KEPT, *Refusal):
    PICTURES.labels(str(_outcome))
ARCHIVES = Counter("aid_archives_total", "Archives built")
ARCHIVE_BYTES = Counter("aid_archive_bytes_total", "What they weigh")


class FindingJobs(Protocol):
    async def find(self, job_id: UUID) -> JobView | None: ...


class Publishing(Protocol):
    async def publish_patiently(self, *events: Event) -> None: ...


@dataclass(frozen=True)
class PackLimits:
    """`at_once`: candidates of one job in flight. `seconds`: how long fetching goes on once the search is finished.

    `thumbnail_seconds`: how long the engines' thumbnails may take that stand in for originals; 0: none does.
    """

    at_once: int = 128
    seconds: float = 300.0
    archive_bytes: int = 2_000_000_000
    picture: PictureLimits = field(default_factory=PictureLimits)
    thumbnail_seconds: float = 30.0


@dataclass(frozen=True)
class Means:
    """What every run of this process works with."""

    jobs: FindingJobs
    images: ReadingImages
    searches: ReadingSearches
    fetcher: Fetching
    thread: OneThread
    archives: Archives
    sheets: Sheets
    publisher: Publishing
    bells: Bells
    limits: PackLimits


class Pack:
    """One run. It deletes only files it made, and none once `ArchiveBuilt` was handed to Kafka and may be believed."""

    def __init__(self, job_id: UUID, run: int, means: Means) -> None:
        self._job_id = job_id
        self._run = run
        self._means = means
        self._bell = means.bells.of(job_id, run)
        self._seal = Seal(job_id, run, means.archives, means.sheets)
        self._handed_over = False

    async def work(self, progress: Progress) -> None:
        """RunError when there will be no archive."""
        job = await self._find_job()
        if job is None:
            return
        try:
            built = await self._build(job, progress)
        except BaseException:
            await self._seal.discard()
            raise
        self._handed_over = True
        await self._means.publisher.publish_patiently(built)
        ARCHIVES.inc()
        ARCHIVE_BYTES.inc(built.size)
        log.info(
            "archive_built",
            asked=job.images,
            found=built.found,
            kept=built.kept,
            thumbnails=built.thumbnails,
            refused=built.refused,
        )

    async def afterwards(self) -> None:
        """Wait until the job is decided; an archive that it does not name is nobody's."""
        if not self._handed_over:
            return
        for pause in pauses():
            job = await self._find_job()
            if job is None or job.state.ended:
                break
            await asyncio.sleep(pause)
        if job is not None and job.archive_run == self._run:
            await self._seal.add_sheet()
        else:
            log.info("archive_not_taken")
            await self._seal.discard()

    async def _build(self, job: JobView, progress: Progress) -> ArchiveBuilt:
        limits, started_at = self._means.limits, datetime.now(UTC)
        feed = Feed(self._job_id, images=self._means.images, searches=self._means.searches, bell=self._bell)
        with closing(ZipWriter(self._seal.part)) as archive:
            collection = Collection(
                job.query,
                job.images,
                archive,
                filters=job.filters,
                limits=limits.picture,
                most_bytes=limits.archive_bytes,
            )
            gathering = Gathering(
                collection,
                feed=feed,
                fetcher=self._means.fetcher,
                thread=self._means.thread,
                progress=progress,
                seconds=limits.seconds,
                thumbnail_seconds=limits.thumbnail_seconds,
            )
            await gathering.run(at_once(job.images, limits.at_once))
            _count(collection)
            if not collection.kept:
                raise RunError(Reason.NO_PICTURES, retryable=collection.lacks_only_connections)
            report = _report(job, feed, collection, started_at)
            await self._means.thread.do(_finish, archive, collection, report)
            await self._seal.put(job.query)
        return ArchiveBuilt(
            job_id=self._job_id,
            run=self._run,
            found=report.found,
            kept=report.kept,
            thumbnails=report.thumbnails,
            refused=dict(report.refused),
            size=archive.size,
            sha256=archive.sha256,
            stopped_because=report.search_stopped_because or "",
        )

    async def _find_job(self) -> JobView | None:
        return await until_available(lambda: self._means.jobs.find(self._job_id))


def _finish(archive: ZipWriter, collection: Collection, report: Report) -> None:
    collection.describe(report)
    archive.close()


def _report(job: JobView, feed: Feed, collection: Collection, started_at: datetime) -> Report:
    return Report(
        query=job.query,
        filters=fields_of(job.filters),
        asked=job.images,
        found=feed.found,
        kept=collection.kept,
        thumbnails=collection.thumbnails,
        refused={reason.value: count for reason, count in collection.refused.most_common()},
        not_needed=max(0, collection.uncounted(feed.found)),
        engines=engine_reports(feed.search),
        search_stopped_because=feed.search.stopped_because if feed.search else None,
        started_at=started_at,
        finished_at=datetime.now(UTC),
    )


def _count(collection: Collection) -> None:
    PICTURES.labels(KEPT).inc(collection.kept)
    for reason, count in collection.refused.items():
        PICTURES.labels(reason.value).inc(count)
