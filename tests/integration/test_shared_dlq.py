"""From the dead letters back to where it came from, as an operator does it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from shared.cloudevents import Delivery, encode
from shared.consumer import Consumer
from shared.dlq.__main__ import main
from shared.events import Event, ImagesFound
from shared.kafkaaccess import KafkaAccess
from shared.publisher import Publisher
from shared.topics import IMAGE_BATCHES, dead_letters
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.unit.shared.samples import NOW

pytestmark = pytest.mark.integration


@pytest.fixture
async def bus(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bus]:
    monkeypatch.setenv("AID_KAFKA_URL", backbone.kafka_url)
    async with listening(backbone.kafka_url, IMAGE_BATCHES, dead_letters("packager")) as bus:
        yield bus


async def dlq(*arguments: str) -> int:
    return await asyncio.to_thread(main, arguments)


async def bury(backbone: Backbone, event: Event) -> None:
    async def bug(_: Event) -> list[Event]:
        raise ValueError("a bug")

    publisher = await Publisher.connect(KafkaAccess(backbone.kafka_url), source="packager")
    record = encode(event, source="scraper", now=NOW)
    delivery = Delivery(record.topic, 0, 41, 0, record.key, record.value, record.headers)
    with capture_logs():
        await Consumer("packager", {ImagesFound: bug}, publisher).handle(delivery)
    await publisher.close()


async def test_a_letter_goes_back_as_it_was_once(
    bus: Bus, backbone: Backbone, capsys: pytest.CaptureFixture[str]
) -> None:
    event = ImagesFound(job_id=uuid4(), found=3)
    key = str(event.job_id).encode()
    await bury(backbone, event)
    await bus.until(lambda: any(record.key == key for record in bus.records))
    (letter,) = [record for record in bus.records if record.key == key]
    this_one = ("--service", "packager", "--offset", str(letter.offset))
    where = f"packager.dlq 0 {letter.offset}  {event.job_id}  aid.images-found.v1"

    assert await dlq("replay", *this_one, "--dry-run") == 0
    assert capsys.readouterr().out == f"{where}  would go back to image-batches.v1\n1 would go back, 0 refused\n"
    assert await dlq("replay", *this_one) == 0
    assert capsys.readouterr().out == f"{where}  sent back to image-batches.v1\n1 sent back, 0 refused\n"
    assert await dlq("replay", *this_one) == 0
    assert "0 sent back, 0 refused, 1 replayed before" in capsys.readouterr().out

    assert await bus.event(event.job_id, ImagesFound) == event
    (back,) = [record for record in bus.records if record.key == key and record.topic == IMAGE_BATCHES.name]
    assert list(back.headers) == list(encode(event, source="scraper", now=NOW).headers)
    assert await dlq("replay", *this_one, "--again") == 0
    await bus.until(lambda: len(bus.events(event.job_id)) == 2)
    assert {e.event_id for e in bus.events(event.job_id)} == {event.event_id}


async def test_letters_are_listed_and_shown(bus: Bus, backbone: Backbone, capsys: pytest.CaptureFixture[str]) -> None:
    event = ImagesFound(job_id=uuid4(), found=3)
    await bury(backbone, event)
    await bus.until(lambda: any(record.key == str(event.job_id).encode() for record in bus.records))
    (letter,) = [record for record in bus.records if record.key == str(event.job_id).encode()]

    assert await dlq("list") == 0
    assert f"0 {letter.offset}  a bug" in capsys.readouterr().out
    assert await dlq("show", "packager.dlq", "0", str(letter.offset)) == 0
    assert f"key    {event.job_id}" in capsys.readouterr().out
    assert await dlq("show", "packager.dlq", "0", "999999") == 1
