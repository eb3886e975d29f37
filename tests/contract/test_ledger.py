"""What was accepted lately, on a real Cassandra and in memory alike."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.gateway.limits.ledger import Entry, Ledger
from services.gateway.limits.quotas import HOUR, hour_of
from shared.cassandra import Cassandra
from shared.fields import to_milliseconds

NOW = to_milliseconds(datetime.now(UTC))
DAY = timedelta(days=1)


async def test_a_job_is_known_with_its_time_and_as_long_as_it_may_run(cassandra: Cassandra) -> None:
    ledger, whose = Ledger(cassandra), uuid4().hex
    now, later = uuid4(), uuid4()

    await ledger.put(whose, now, submitted_at=NOW, due_at=NOW - DAY, now=NOW)
    await ledger.put(whose, later, submitted_at=NOW - DAY, due_at=NOW + 30 * DAY, now=NOW)

    entries = {entry.job_id: entry for entry in await ledger.entries(whose)}
    assert entries.keys() == {now, later}
    assert not any(entry.ended for entry in entries.values())
    assert [entries[now].submitted_at, entries[later].submitted_at] == [NOW, NOW - DAY]
    assert 2 * 86400 - 60 < entries[now].seconds <= 2 * 86400
    assert timedelta(0) <= NOW + 30 * DAY - entries[later].due_at(NOW) < timedelta(minutes=1)
    assert 32 * 86400 - 60 < entries[later].seconds <= 32 * 86400
    assert await ledger.entries(uuid4().hex) == []


async def test_an_end_that_was_noted_stays_and_goes_with_the_job(cassandra: Cassandra) -> None:
    ledger, whose, job_id = Ledger(cassandra), uuid4().hex, uuid4()
    await ledger.put(whose, job_id, submitted_at=NOW, due_at=NOW, now=NOW)
    (entry,) = await ledger.entries(whose)

    await ledger.note_end(whose, entry)

    (noted,) = await ledger.entries(whose)
    assert (noted.job_id, noted.submitted_at, noted.ended) == (job_id, NOW, True)
    (row,) = await cassandra.execute("SELECT TTL(ended) AS ttl FROM submissions WHERE address_hash = ?", (whose,))
    assert row["ttl"] <= entry.seconds


async def test_what_was_taken_back_is_not_known_any_more_nor_is_an_end_without_a_job(cassandra: Cassandra) -> None:
    ledger, whose, job_id = Ledger(cassandra), uuid4().hex, uuid4()
    await ledger.put(whose, job_id, submitted_at=NOW, due_at=NOW, now=NOW)

    await ledger.delete(whose, job_id)
    assert await ledger.entries(whose) == []

    await ledger.note_end(whose, Entry(job_id, NOW, ended=False, seconds=1000))
    assert await ledger.entries(whose) == []


async def test_each_replica_sees_what_all_others_have_counted(cassandra: Cassandra) -> None:
    one, two, three = (Ledger(cassandra) for _ in range(3))
    subject, hour = uuid4().hex, hour_of(NOW)

    await one.put_count(subject, hour, 4)
    await one.put_count(subject, hour, 5)
    await two.put_count(subject, hour, 7)
    await two.put_count(subject, hour - HOUR, 100)

    assert await one.count_elsewhere(subject, hour) == 7
    assert await two.count_elsewhere(subject, hour) == 5
    assert await three.count_elsewhere(subject, hour) == 12
    assert await three.count_elsewhere(subject, hour - HOUR) == 100
