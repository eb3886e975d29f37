"""The five services as processes of the simulation: their own parts, put together as each `app.py` does it."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import IO

from services.notifier import app as notifier_app
from services.notifier.attempts import Attempts
from services.notifier.lines import Lines
from services.notifier.mails import Mails
from services.notifier.postman import Postman
from services.notifier.silence import Silence
from services.packager import app as packager_app
from services.packager.bodies import Body
from services.packager.fetching import Fetcher
from services.packager.slots import Slots
from services.packager.threads import OneThread
from services.scheduler import app as scheduler_app
from services.scheduler.clockwork import Clockwork
from services.scheduler.jobs import JobRows
from services.scheduler.owner import JobOwner
from services.scheduler.remembered import Remembered
from services.scheduler.shards import Shard, Shards
from services.scheduler.timers import Cursors, TimerIndex
from services.scheduler.witness import Witness
from services.scraper import app as scraper_app
from services.scraper.cooldowns import CoolDowns
from services.scraper.handlers import search_images
from services.scraper.means import Means
from shared.consumer import Consumer
from shared.events import Inbox, SearchDue, concrete_types
from shared.images import Images
from shared.jobs import Jobs
from shared.localarchives import LocalArchives
from shared.pseudonyms import Pseudonyms
from shared.recipients import Recipients
from shared.searches import Searches
from shared.suppressions import Suppressions
from shared.tasks import in_background
from shared.topics import IMAGE_BATCHES, JOB_DUE, JOB_INBOX, JOB_LIFECYCLE
from tests.faults.simulation import settings
from tests.faults.simulation.kafka import GroupLag
from tests.faults.simulation.letters import BareLetters
from tests.faults.simulation.process import Process
from tests.faults.simulation.relay import dial
from tests.faults.simulation.streams import Streams
from tests.faults.simulation.surroundings import Surroundings
from tests.faults.simulation.web import Downloads, Engine

BUCKET = timedelta(minutes=3)
"""Shorter than in earnest, so that buckets are drained while a job lives."""

TICK = 60.0
DOWNLOAD_SECONDS = 30.0


async def scheduler(process: Process, around: Surroundings) -> None:
    async with asyncio.TaskGroup() as tasks:
        shards = Shards(shard_builder(process, around), tasks)
        streams = Streams(
            process,
            around.broker,
            [JOB_INBOX],
            shards,
            assigned=lambda places: shards.assign(partition for _, partition in places),
        )
        await streams.run()


def shard_builder(process: Process, around: Surroundings) -> Callable[[int], Shard]:
    cassandra, publisher = around.cassandra(process), around.publisher(process)
    rows, witness, remembered = JobRows(cassandra), Witness(cassandra), Remembered()
    index, cursors, offsets = TimerIndex(cassandra), Cursors(cassandra), GroupLag(process, around.broker)
    now = scheduler_app.now

    def build(partition: int) -> Shard:
        clockwork = Clockwork(partition, index=index, cursors=cursors, now=now, bucket=BUCKET, tick=TICK)
        owner = JobOwner(
            rows=rows,
            publisher=publisher,
            timers=clockwork,
            witness=witness,
            rules=around.rules,
            now=now,
            remembered=remembered,
        )
        consumer = Consumer(process.service, dict.fromkeys(concrete_types(Inbox), owner.on_event), publisher)
        return Shard(partition, owner=owner, clockwork=clockwork, consumer=consumer, offsets=offsets)

    return build


async def scraper(process: Process, around: Surroundings) -> None:
    cassandra, publisher = around.cassandra(process), around.publisher(process)
    async with AsyncExitStack() as stack:
        bench = scraper_app.build_bench(settings.SCRAPER, cassandra, publisher)
        stack.push_async_callback(bench.stop)
        means = Means(
            engines=[Engine(around.web)],
            images=Images(cassandra),
            searches=Searches(cassandra),
            jobs=Jobs(cassandra),
            cool_downs=CoolDowns(cassandra, otherwise=timedelta(0)),
            publisher=publisher,
            spares=settings.SCRAPER.spares,
            seconds=settings.SCRAPER.search_seconds,
        )
        search = partial(search_images, searches=Searches(cassandra), bench=bench, means=means)
        consumer = Consumer(process.service, {SearchDue: search}, publisher)
        await Streams(process, around.broker, [JOB_DUE], consumer).run()


class NoSheets:
    """A process to draw one has no place in a time that is played."""

    async def of(self, archive: IO[bytes]) -> None:
        archive.close()


async def packager(process: Process, around: Surroundings) -> None:
    cassandra, publisher = around.cassandra(process), around.publisher(process)
    async with AsyncExitStack() as stack:
        archives = LocalArchives(around.folder)
        bench = packager_app.build_bench(settings.PACKAGER, cassandra, publisher)
        stack.push_async_callback(bench.stop)
        sweep = packager_app.build_sweep(cassandra, archives)
        await stack.enter_async_context(in_background(sweep.hourly()))
        thread = stack.enter_context(OneThread("pack"))
        means = packager_app.build_means(
            settings.PACKAGER,
            cassandra,
            publisher,
            fetcher=a_fetcher(around),
            thread=thread,
            archives=archives,
            sheets=NoSheets(),
        )
        handlers = packager_app.build_handlers(bench, means, sweep)
        consumer = Consumer(process.service, handlers, publisher)
        await Streams(process, around.broker, [IMAGE_BATCHES, JOB_LIFECYCLE], consumer).run()


def a_fetcher(around: Surroundings) -> Fetcher:
    return Fetcher(
        downloads=Downloads(around.web),
        slots=Slots(total=64, per_host=6),
        new_body=partial(Body, in_memory=1_000_000, folder=around.folder),
        seconds=DOWNLOAD_SECONDS,
    )


async def notifier(process: Process, around: Surroundings) -> None:
    cassandra, publisher = around.cassandra(process), around.publisher(process)
    async with AsyncExitStack() as stack:
        mails, recipients = Mails(cassandra), Recipients(cassandra)
        relay = Lines(partial(dial, process, around.mailbox), at_once=4, mails_per_second=100, clock=process.loop.time)
        stack.push_async_callback(relay.close)
        attempts = Attempts(
            mails=mails,
            jobs=Jobs(cassandra),
            recipients=recipients,
            searches=Searches(cassandra),
            silence=Silence(Suppressions(cassandra), Pseudonyms("unused")),
            relay=relay,
            letters=BareLetters(),
            now=notifier_app.now,
        )
        postman = Postman(mails, attempts, notifier_app.now)
        stack.push_async_callback(postman.finish)
        handlers = notifier_app.build_handlers(postman, mails, recipients)
        consumer = Consumer(process.service, handlers, publisher)
        await Streams(process, around.broker, [JOB_LIFECYCLE], consumer).run()


SERVICES = {"scheduler": scheduler, "scraper": scraper, "packager": packager, "notifier": notifier}
