"""`python -m tests.integration.answering GROUP`: a service that answers every JobStarted, a little slowly."""

import asyncio
import sys
from collections.abc import Iterable

from shared.consumer import Consumer
from shared.events import Event, JobStarted, MailKind, MailRefused
from shared.health import Health
from shared.process import run_process
from shared.publisher import Publisher
from shared.settings import ProcessSettings, read_settings
from shared.streams import build_stream_app, consume, run_streams
from shared.topics import JOB_LIFECYCLE
from shared.waiting import until_available

DEAD_LETTERS_OF = "scraper"


async def answer(event: JobStarted) -> Iterable[Event]:
    await asyncio.sleep(0.005)
    return [MailRefused(job_id=event.job_id, sequence=event.sequence, kind=MailKind.STARTED)]


async def run(settings: ProcessSettings, group: str) -> None:
    publisher = await until_available(lambda: Publisher.connect(settings.kafka, source="test"))
    try:
        app = build_stream_app(group, settings.kafka)
        consume(app, [JOB_LIFECYCLE], Consumer(DEAD_LETTERS_OF, {JobStarted: answer}, publisher))
        await run_streams(app, Health())
    finally:
        await publisher.close()


if __name__ == "__main__":
    settings = read_settings(ProcessSettings)
    run_process("answering", settings, run(settings, sys.argv[1]))
