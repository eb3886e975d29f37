"""The packager as a process, on real Kafka and Cassandra and the local picture web."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.claims import Claims, Heartbeats
from shared.errors import Reason
from shared.events import (
    ArchiveBuilt,
    Failure,
    ImagesFound,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    RunFailed,
    SearchFinished,
    Stage,
)
from shared.topics import IMAGE_BATCHES, JOB_LIFECYCLE, dead_letters
from tests.integration.bus import Bus
from tests.integration.packager.neighbours import Neighbours, Opened, urls
from tests.integration.packager.place import Place, a_run_in_progress, until
from tests.integration.running import RunningService, running
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
async def packager(place: Place) -> AsyncIterator[RunningService]:
    async with running("packager", place.environment, place.folder) as service:
        yield service


def said_of(packager: RunningService, job_id: UUID) -> list[str]:
    """The log's events about one job."""
    return [line["event"] for line in packager.lines() if line.get("job_id") == str(job_id)]


async def let_go(packager: RunningService, bus: Bus, job_id: UUID) -> None:
    """Tell of a search once more until no task holds the run any longer: then the word is turned away."""
    async with asyncio.timeout(10):
        while "run_not_begun" not in said_of(packager, job_id):
            await bus.publish(SearchFinished(job_id=job_id, run=1, found=2))
            await asyncio.sleep(0.2)


async def one_more_job(others: Neighbours, bus: Bus, site: PictureWeb, number: int) -> ArchiveBuilt:
    job_id = await others.a_running_job(asked=1)
    await others.find(job_id, urls(site, ["good"], number))
    await others.finish_search(job_id, found=1)
    await bus.publish(ImagesFound(job_id=job_id, run=1, sequence=1, found=1))
    return await bus.event(job_id, ArchiveBuilt)


async def test_a_job_becomes_one_archive_and_one_report(
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService, place: Place
) -> None:
    job_id = await others.a_running_job(asked=30)
    addresses = urls(site, ["good", "good", "missing", "png", "html"] * 8, 5000)
    await others.find(job_id, addresses[:20])
    await bus.publish(ImagesFound(job_id=job_id, run=1, sequence=1, found=20))
    await others.find(job_id, addresses[20:], first_rank=21)
    await bus.publish(ImagesFound(job_id=job_id, run=1, sequence=2, found=40))
    await bus.publish(SearchFinished(job_id=job_id, run=1, found=40))
    await others.finish_search(job_id, found=40)

    built = await bus.event(job_id, ArchiveBuilt)

    assert (built.run, built.found, built.kept) == (1, 40, 24)
    assert built.refused == {"gone": 8, "not_a_picture": 8}
    opened = Opened(place.archive(job_id))
    assert len(opened.pictures) == len(opened.manifest) == 24
    assert place.archive(job_id).stat().st_size == built.size
    await others.decide(job_id, "completed", archive_run=1)
    await until(lambda: place.files(job_id) == ["-1.webp", "-1.zip"])


async def test_a_repeated_event_builds_nothing_twice(
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService, place: Place
) -> None:
    job_id = await others.a_running_job(asked=2)
    await others.find(job_id, urls(site, ["good"] * 2, 5100))
    await others.finish_search(job_id, found=2)
    for _ in range(3):
        await bus.publish(ImagesFound(job_id=job_id, run=1, sequence=1, found=2))
    await bus.event(job_id, ArchiveBuilt)
    written = place.archive(job_id).stat().st_mtime_ns

    await others.decide(job_id, "completed", archive_run=1)
    await let_go(packager, bus, job_id)

    assert len([event for event in bus.events(job_id) if isinstance(event, ArchiveBuilt)]) == 1
    assert place.archive(job_id).stat().st_mtime_ns == written


async def test_what_cannot_become_an_archive_is_reported_once(
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService, place: Place
) -> None:
    job_id = await others.a_running_job(asked=5)
    await others.find(job_id, urls(site, ["missing", "html"], 5200))
    await others.finish_search(job_id, found=2)
    await bus.publish(SearchFinished(job_id=job_id, run=1, found=2))

    failed = await bus.event(job_id, RunFailed)

    assert (failed.run, failed.failure, failed.reason) == (1, Failure.FINAL, Reason.NO_PICTURES)
    assert place.files(job_id) == []


async def test_a_job_that_has_expired_leaves_nothing(
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService, place: Place
) -> None:
    job_id = await others.a_running_job(asked=2)
    await others.find(job_id, urls(site, ["good"] * 2, 5300))
    await others.finish_search(job_id, found=2)
    await bus.publish(SearchFinished(job_id=job_id, run=1, found=2))
    await bus.event(job_id, ArchiveBuilt)
    await others.decide(job_id, "completed", archive_run=1)
    await let_go(packager, bus, job_id)
    assert place.files(job_id) == ["-1.webp", "-1.zip"]

    await others.decide(job_id, "expired")
    await bus.publish(JobExpired(job_id=job_id, sequence=9))
    await until(lambda: place.files(job_id) == [])

    async with asyncio.timeout(10):
        while await Heartbeats(others.cassandra).last(job_id, 1, Stage.PACK):
            await asyncio.sleep(0.05)
    assert await others.images.of(job_id) == []
    assert await others.searches.find(job_id) is None
    assert await Claims(others.cassandra).claimed_at(job_id, 1, Stage.PACK) is None


async def test_a_cancelled_job_stops_before_its_pictures_have_come_and_leaves_nothing(
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService, place: Place
) -> None:
    job_id = await a_run_in_progress(others, bus, site)
    assert place.files(job_id) == ["-1.zip.part"]

    await others.decide(job_id, "cancelled")
    await until(lambda: "run_no_longer_wanted" in said_of(packager, job_id))

    # What is left to do for it would be done before the next job is.
    await one_more_job(others, bus, site, 5350)
    assert place.files(job_id) == []
    assert not [event for event in bus.events(job_id) if isinstance(event, ArchiveBuilt | RunFailed)]


async def test_rubbish_goes_to_the_dead_letters_and_the_next_record_is_handled(
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService
) -> None:
    rubbish = [b"\xff\xfe not json", b'{"job_id": "no uuid"}', b"x" * 100_000, None]
    names = [(b"aid.images-found.v1"), b"aid.images-found.v1", b"aid.images-found.v1", b"aid.job-expired.v1"]
    places = set()
    for value, name in zip(rubbish, names, strict=True):
        for topic in (IMAGE_BATCHES, JOB_LIFECYCLE):
            where = await bus.publish_raw(topic, value, [("ce_type", name)])
            places.add((topic.name, str(where.partition), str(where.offset)))

    def buried() -> set[tuple[str, str, str]]:
        letters = [record for record in bus.records if record.topic == dead_letters("packager").name]
        origins = [{name: text.decode(errors="replace") for name, text in letter.headers} for letter in letters]
        return {(one["dlq_topic"], one["dlq_partition"], one["dlq_offset"]) for one in origins if "dlq_topic" in one}

    await bus.until(lambda: places <= buried())
    assert (await one_more_job(others, bus, site, 5400)).kept == 1


async def test_the_log_warns_of_holes_and_names_no_query(
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService
) -> None:
    await one_more_job(others, bus, site, 5500)

    assert any(line["event"] == "guard_has_holes" and line["level"] == "warning" for line in packager.lines())
    await until(lambda: [line for line in packager.lines() if line["event"] == "archive_built"])
    assert all("job_id" in line for line in packager.lines() if line["event"] == "archive_built")
    assert "red pandas" not in packager.text()


@pytest.mark.parametrize("state", [None, "scheduled", "completed", "failed", "cancelled", "expired"])
async def test_a_word_about_a_job_that_does_not_run_leaves_nothing(  # noqa: PLR0917 - five fixtures
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService, place: Place, state: str | None
) -> None:
    """Forged, or repeated after the end."""
    job_id = await others.a_running_job(asked=1) if state else uuid4()
    if state:
        await others.decide(job_id, state)
    before = site.visited("/good/5500")
    await others.find(job_id, urls(site, ["good"], 5500))

    await bus.publish(ImagesFound(job_id=job_id, run=1, sequence=1, found=1))
    await bus.publish(SearchFinished(job_id=job_id, run=1, found=1))
    await until(lambda: said_of(packager, job_id).count("run_not_begun") == 2)

    assert place.files(job_id) == []
    assert site.visited("/good/5500") == before
    assert await Claims(others.cassandra).claimed_at(job_id, 1, Stage.PACK) is None
    assert await Heartbeats(others.cassandra).last(job_id, 1, Stage.PACK) is None
    assert bus.events(job_id) == []


async def test_of_a_cancelled_job_nothing_is_kept(
    others: Neighbours, bus: Bus, site: PictureWeb, packager: RunningService, place: Place
) -> None:
    job_id = await others.a_running_job(asked=2)
    await others.find(job_id, urls(site, ["good"] * 2, 5600))
    await others.finish_search(job_id, found=2)
    await bus.publish(SearchFinished(job_id=job_id, run=1, found=2))
    await bus.event(job_id, ArchiveBuilt)  # between that word and what is decided on it

    await others.decide(job_id, "cancelled")
    await bus.publish(JobCancelled(job_id=job_id, sequence=4))

    await until(lambda: place.files(job_id) == [])
    async with asyncio.timeout(60):
        while await others.images.of(job_id) or await others.searches.find(job_id):
            await asyncio.sleep(0.05)


async def test_when_a_job_is_decided_what_its_killed_runs_have_left_goes(
    others: Neighbours, bus: Bus, packager: RunningService, place: Place
) -> None:
    completed, failed = [await others.a_running_job(asked=1, run=3) for _ in range(2)]
    for job_id in (completed, failed):
        for left in ("1.zip", "2.zip", "2.zip.part"):
            (place.archives / f"{job_id}-{left}").touch()
    await others.decide(completed, "completed", archive_run=2)
    await others.decide(failed, "failed")

    later = datetime.now(UTC) + timedelta(hours=4)
    fact = JobCompleted(job_id=completed, sequence=9, asked=1, found=1, kept=1, refused={}, mail_not_after=later)
    await bus.publish(fact, JobFailed(job_id=failed, sequence=9, reason=Reason.NO_RESULTS, mail_not_after=later))

    await until(lambda: (place.files(completed), place.files(failed)) == (["-2.zip"], []))
