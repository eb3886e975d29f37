"""Everything the packager is made of, put together."""

import os
from contextlib import AsyncExitStack
from functools import partial

from services.packager.feed import Bells
from services.packager.fetchers import guarded_fetcher
from services.packager.fetching import Fetcher
from services.packager.handlers import forget_job, pack_images, tidy_up
from services.packager.packing import Means
from services.packager.scratch import make_private
from services.packager.sealing import Sheets
from services.packager.settings import Settings
from services.packager.sheetdrawing import SheetDrawing
from services.packager.storage import tell_room_of
from services.packager.sweeping import Sweep
from services.packager.threads import OneThread
from services.packager.uploads import UploadedArchives
from shared.backbone import standing_on
from shared.cassandra import Cassandra
from shared.claims import Claims, Heartbeats
from shared.consumer import Consumer, Handler
from shared.events import (
    Event,
    ImagesFound,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    SearchFinished,
    Stage,
)
from shared.images import Images
from shared.jobs import Jobs
from shared.localarchives import LocalArchives
from shared.publisher import Publisher
from shared.pulse import Pulse
from shared.s3archives import S3Archives
from shared.searches import Searches
from shared.streams import build_stream_app, consume, run_streams
from shared.tasks import in_background
from shared.tolerance import Tolerance
from shared.topics import IMAGE_BATCHES, JOB_LIFECYCLE
from shared.work import Workbench

NAME = "packager"


async def run(settings: Settings) -> None:
    """Until cancelled; raises when the consumer crashes."""
    archives = build_archives(settings)
    async with AsyncExitStack() as stack:
        backbone = await stack.enter_async_context(standing_on(settings, NAME))
        cassandra, publisher = backbone.cassandra, backbone.publisher
        fetcher = await stack.enter_async_context(guarded_fetcher(settings))
        tell_room_of(settings.folder)
        thread = stack.enter_context(OneThread("pack"))
        bench = build_bench(settings, cassandra, publisher)
        # Before the publisher closes: every run is handed back.
        stack.push_async_callback(bench.stop)
        sweep = build_sweep(cassandra, archives)
        await stack.enter_async_context(in_background(sweep.hourly()))

        means = build_means(
            settings,
            cassandra,
            publisher,
            fetcher=fetcher,
            thread=thread,
            archives=archives,
            sheets=SheetDrawing(),
        )
        handlers = build_handlers(bench, means, sweep)
        app = build_stream_app(NAME, settings.kafka)
        consumer = Consumer(NAME, handlers, publisher, Tolerance(settings.failure_limit))
        consume(app, [IMAGE_BATCHES, JOB_LIFECYCLE], consumer)
        backbone.ready(archives=archives.answers)
        await run_streams(app, backbone.health)


Archives = LocalArchives | UploadedArchives


def build_archives(settings: Settings) -> Archives:
    if settings.bucket is None:
        return LocalArchives(settings.folder)
    make_private(settings.folder, user=os.geteuid())  # by default where everybody may write
    return UploadedArchives(LocalArchives(settings.folder), S3Archives(settings.bucket))


def build_bench(settings: Settings, cassandra: Cassandra, publisher: Publisher) -> Workbench:
    return Workbench(
        Stage.PACK,
        slots=settings.pack_slots,
        claims=Claims(cassandra),
        jobs=Jobs(cassandra),
        pulse=Pulse(Stage.PACK, Heartbeats(cassandra), publisher),
        publisher=publisher,
    )


def build_means(
    settings: Settings,
    cassandra: Cassandra,
    publisher: Publisher,
    *,
    fetcher: Fetcher,
    thread: OneThread,
    archives: Archives,
    sheets: Sheets,
) -> Means:
    return Means(
        jobs=Jobs(cassandra),
        images=Images(cassandra),
        searches=Searches(cassandra),
        fetcher=fetcher,
        thread=thread,
        archives=archives,
        sheets=sheets,
        publisher=publisher,
        bells=Bells(),
        limits=settings.pack_limits,
    )


def build_sweep(cassandra: Cassandra, archives: Archives) -> Sweep:
    tables = (Images(cassandra), Searches(cassandra), Claims(cassandra), Heartbeats(cassandra))
    return Sweep(archives, Jobs(cassandra), tables)


def build_handlers(bench: Workbench, means: Means, sweep: Sweep) -> dict[type[Event], Handler]:
    begin = partial(pack_images, bench=bench, means=means)
    tidy = partial(tidy_up, sweep=sweep)
    forget = partial(forget_job, sweep=sweep)
    return {
        ImagesFound: begin,
        SearchFinished: begin,
        JobCompleted: tidy,
        JobFailed: tidy,
        JobCancelled: forget,
        JobExpired: forget,
    }
