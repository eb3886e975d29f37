"""The tables that services share, on a real Cassandra and in memory alike."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shared.cassandra import Cassandra
from shared.claims import Claims, Counts, Heartbeat, Heartbeats
from shared.errors import Reason
from shared.events import Stage
from shared.fields import to_milliseconds
from shared.filters import Colour, Filters
from shared.images import FoundImage, Images
from shared.jobs import Jobs, JobState, JobView
from shared.recipients import Recipient, Recipients
from shared.searches import Asked, Search, Searches
from shared.suppressions import Suppressions

NOW = to_milliseconds(datetime.now(UTC))
DAY = timedelta(days=1)


async def test_of_twenty_attempts_at_once_one_holds_the_run_and_knows_it(cassandra: Cassandra) -> None:
    claims, job_id, attempts = Claims(cassandra), uuid4(), [uuid4() for _ in range(20)]

    won = await asyncio.gather(
        *(claims.claim(job_id, 1, Stage.SEARCH, attempt=attempt, now=NOW) for attempt in attempts)
    )
    again = await asyncio.gather(
        *(claims.claim(job_id, 1, Stage.SEARCH, attempt=attempt, now=NOW + DAY) for attempt in attempts)
    )

    assert sum(won) == 1
    assert again == won
    assert await claims.claimed_at(job_id, 1, Stage.SEARCH) == NOW


async def test_runs_and_stages_are_claimed_apart_and_deleted_together(cassandra: Cassandra) -> None:
    claims, job_id = Claims(cassandra), uuid4()
    works = [(1, Stage.SEARCH), (1, Stage.PACK), (2, Stage.SEARCH)]

    assert all([await claims.claim(job_id, run, stage, attempt=uuid4(), now=NOW) for run, stage in works])
    await claims.delete(job_id)

    assert [await claims.claimed_at(job_id, run, stage) for run, stage in works] == [None] * 3


async def test_the_last_heartbeat_is_the_one_that_counts(cassandra: Cassandra) -> None:
    beats, job_id = Heartbeats(cassandra), uuid4()
    assert await beats.last(job_id, 1, Stage.PACK) is None

    await beats.beat(job_id, 1, Stage.PACK, Counts(), now=NOW)
    await beats.beat(job_id, 1, Stage.PACK, Counts(30, 20, 5), now=NOW + DAY)

    assert await beats.last(job_id, 1, Stage.PACK) == Heartbeat(NOW + DAY, Counts(30, 20, 5))
    assert await beats.last(job_id, 1, Stage.SEARCH) is None
    await beats.delete(job_id)
    assert await beats.last(job_id, 1, Stage.PACK) is None


async def test_a_person_is_known_until_forgotten_and_thirty_days_after_the_time_at_most(cassandra: Cassandra) -> None:
    recipients, job_id, person = Recipients(cassandra), uuid4(), Recipient("wsq.wee@example.com", "Asia/Kolkata", "de")

    await recipients.put(job_id, person, due_at=NOW + 10 * DAY, now=NOW)

    found = await recipients.find(job_id)
    assert found == person
    assert found.submitted_at == NOW
    (row,) = await cassandra.execute("SELECT TTL(address) AS ttl FROM recipients WHERE job_id = ?", (job_id,))
    assert 40 * 86400 - 60 < row["ttl"] <= 40 * 86400
    await recipients.delete(job_id)
    assert await recipients.find(job_id) is None


async def test_a_job_that_is_late_keeps_its_person_as_long(cassandra: Cassandra) -> None:
    job_id = uuid4()

    await Recipients(cassandra).put(job_id, Recipient("a@example.com", "UTC"), due_at=NOW - 99 * DAY, now=NOW)

    (row,) = await cassandra.execute("SELECT TTL(address) AS ttl FROM recipients WHERE job_id = ?", (job_id,))
    assert 30 * 86400 - 60 < row["ttl"] <= 30 * 86400


async def test_pictures_come_back_by_rank_with_all_that_is_known_of_them(cassandra: Cassandra) -> None:
    images, job_id = Images(cassandra), uuid4()
    bare = [FoundImage(f"http://pictures.example/{rank}", rank=rank, engine="google") for rank in range(300, 1, -1)]
    said = ("http://s", "Ein Bild", 4000, 3000, "http://t", "CC", "Jo")
    full = FoundImage("http://p.example/ü?a=1", *said, rank=1, engine="bing")

    await images.add(job_id, bare)
    await images.add(job_id, [full, bare[0]])

    assert await images.of(job_id) == [full, *reversed(bare)]
    assert await images.of(uuid4()) == []


async def test_a_late_write_does_not_bring_deleted_pictures_back(cassandra: Cassandra) -> None:
    images, job_id, image = Images(cassandra), uuid4(), FoundImage("http://pictures.example/1", rank=1, engine="google")
    await images.add(job_id, [image])

    await images.delete(job_id)
    await images.add(job_id, [image])

    assert await images.of(job_id) == []


async def test_what_a_search_notes_on_its_way_does_not_undo_that_it_has_finished(cassandra: Cassandra) -> None:
    searches, job_id, google = Searches(cassandra), uuid4(), Asked("google", "under_way")

    await searches.note(job_id, [google])
    on_its_way = await searches.find(job_id)
    await searches.finish(job_id, Search(True, 7, (google,)))
    await searches.note(job_id, [])

    assert on_its_way == Search(False, 0, (google,))
    assert await searches.find(job_id) == Search(True, 7)


async def test_how_a_search_ended_is_told_to_who_asks(cassandra: Cassandra) -> None:
    searches, job_id = Searches(cassandra), uuid4()
    google = Asked(
        "google", "blocked", found=100, unusable=2, left_out=3, ignored=("licence",), strategies={"inline": 100}
    )
    search = Search(True, 130, (google, Asked("bing", "enough", found=30)))
    assert await searches.find(job_id) is None

    await searches.finish(job_id, search)

    assert await searches.find(job_id) == search
    await searches.delete(job_id)
    assert await searches.find(job_id) is None


async def test_a_job_is_seen_with_all_it_has_come_to(cassandra: Cassandra) -> None:
    job = JobView(
        uuid4(),
        JobState.FAILED,
        run=3,
        version=9,
        query="röda pandor",
        images=20,
        filters=Filters(colour=Colour.TEAL, safe_search=False),
        submitted_at=NOW,
        due_at=NOW,
        started_at=NOW,
        ended_at=NOW,
        expires_at=NOW + DAY,
        found=30,
        kept=20,
        refused={"gone": 3},
        archive_run=2,
        archive_size=9_000_000_000,
        archive_sha256="ab" * 32,
        reason=Reason.NO_PICTURES,
    )
    fields = vars(job) | {"filters": job.filters.stored()}
    columns, marks = ", ".join(fields), ", ".join("?" for _ in fields)

    await cassandra.execute(f"INSERT INTO jobs ({columns}) VALUES ({marks})", tuple(fields.values()))  # noqa: S608

    assert await Jobs(cassandra).find(job.job_id) == job


async def test_a_stripped_job_is_seen_as_what_is_left_of_it(cassandra: Cassandra) -> None:
    job_id = uuid4()
    await cassandra.execute("INSERT INTO jobs (job_id, state, run, version) VALUES (?, 'expired', 1, 7)", (job_id,))

    assert await Jobs(cassandra).find(job_id) == JobView(job_id, JobState.EXPIRED, 1, 7)
    assert await Jobs(cassandra).find(uuid4()) is None


async def test_whoever_wants_no_mails_is_known_until_he_says_otherwise(cassandra: Cassandra) -> None:
    suppressions, whose = Suppressions(cassandra), uuid4().hex
    assert not await suppressions.holds(whose)

    for _ in range(2):
        await suppressions.put(whose, now=NOW)
        assert await suppressions.holds(whose)
    (row,) = await cassandra.execute("SELECT TTL(since) AS ttl FROM suppressions WHERE address_hash = ?", (whose,))
    assert row["ttl"] is None

    for _ in range(2):
        await suppressions.lift(whose)
        assert not await suppressions.holds(whose)
