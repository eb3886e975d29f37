"""What our repositories rely on in Cassandra: which write wins, what a condition sees, what a row leaves behind."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shared.cassandra import Cassandra

ADD_URL = "INSERT INTO image_urls (req_id, url, rank) VALUES (?, ?, ?)"
RANKS = "SELECT url, rank FROM image_urls WHERE req_id = ?"
DROP_URLS = "DELETE FROM image_urls USING TIMESTAMP ? WHERE req_id = ?"
CLAIM = "INSERT INTO claims (job_id, run, stage, claimed_by) VALUES (?, 1, 'search', ?) IF NOT EXISTS"
HOLDER = "SELECT claimed_by FROM claims WHERE job_id = ? AND run = ? AND stage = ?"
WRITE_JOB = "UPDATE jobs USING TTL ? SET state = ?, version = ?, query = ? WHERE job_id = ? IF version = ?"
READ_JOB = "SELECT state, version, query, TTL(state) AS ttl FROM jobs WHERE job_id = ?"
ADD_TIMER = "INSERT INTO timers (shard, bucket, due_at, job_id, kind) VALUES (?, ?, ?, ?, ?)"

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def stamp(ahead: timedelta = timedelta()) -> int:
    """Microseconds since 1970."""
    return int((datetime.now(UTC) + ahead).timestamp() * 1_000_000)


async def test_a_delete_takes_what_was_written_before_its_moment_and_nothing_else(cassandra: Cassandra) -> None:
    job_id = uuid4()
    await cassandra.execute(ADD_URL, (job_id, "http://a", 1))
    between = stamp()
    await cassandra.execute(ADD_URL, (job_id, "http://b", 2))

    await cassandra.execute(DROP_URLS, (between, job_id))

    assert await cassandra.execute(RANKS, (job_id,)) == [{"url": "http://b", "rank": 2}]


async def test_a_delete_that_is_ahead_of_the_clock_takes_what_is_written_after_it(cassandra: Cassandra) -> None:
    job_id = uuid4()

    await cassandra.execute(DROP_URLS, (stamp(timedelta(minutes=1)), job_id))
    await cassandra.execute(ADD_URL, (job_id, "http://a", 1))

    assert await cassandra.execute(RANKS, (job_id,)) == []


async def test_a_claim_under_a_delete_that_is_ahead_is_won_by_everybody_and_seen_by_nobody(
    cassandra: Cassandra,
) -> None:
    job_id = uuid4()
    await cassandra.execute(
        "DELETE FROM claims USING TIMESTAMP ? WHERE job_id = ?", (stamp(timedelta(minutes=1)), job_id)
    )

    assert await cassandra.execute_if(CLAIM, (job_id, uuid4()))
    assert await cassandra.execute_if(CLAIM, (job_id, uuid4()))

    assert await cassandra.execute(HOLDER, (job_id, 1, "search"), serial=True) == []


async def test_of_two_claims_one_is_applied_and_seen(cassandra: Cassandra) -> None:
    job_id, first, second = uuid4(), uuid4(), uuid4()

    assert await cassandra.execute_if(CLAIM, (job_id, first))
    assert not await cassandra.execute_if(CLAIM, (job_id, second))

    assert await cassandra.execute(HOLDER, (job_id, 1, "search"), serial=True) == [{"claimed_by": first}]
    assert await cassandra.execute(HOLDER, (job_id, 2, "search"), serial=True) == []


async def test_a_condition_on_nothing_holds_where_there_is_no_row(cassandra: Cassandra) -> None:
    job_id = uuid4()

    assert not await cassandra.execute_if(WRITE_JOB, (0, "running", 2, "pandas", job_id, 1))
    assert await cassandra.execute_if(WRITE_JOB, (0, "scheduled", 1, "pandas", job_id, None))
    assert not await cassandra.execute_if(WRITE_JOB, (0, "scheduled", 1, "cats", job_id, None))
    assert await cassandra.execute_if(WRITE_JOB, (0, "running", 2, "pandas", job_id, 1))

    (row,) = await cassandra.execute(READ_JOB, (job_id,), serial=True)
    assert row == {"state": "running", "version": 2, "query": "pandas", "ttl": None}


async def test_all_that_is_written_at_once_goes_at_once(cassandra: Cassandra) -> None:
    job_id = uuid4()
    assert await cassandra.execute_if(WRITE_JOB, (0, "completed", 1, "pandas", job_id, None))

    assert await cassandra.execute_if(WRITE_JOB, (600, "expired", 2, None, job_id, 1))

    (row,) = await cassandra.execute(READ_JOB, (job_id,), serial=True)
    assert 540 < row.pop("ttl") <= 600
    assert row == {"state": "expired", "version": 2, "query": None}


async def test_a_row_that_was_updated_into_being_goes_with_its_last_value(cassandra: Cassandra) -> None:
    updated, inserted = uuid4(), uuid4()
    await cassandra.execute("UPDATE searches SET found = ? WHERE job_id = ?", (3, updated))
    await cassandra.execute("INSERT INTO searches (job_id, found) VALUES (?, ?)", (inserted, 3))

    for job_id in (updated, inserted):
        await cassandra.execute("UPDATE searches SET found = ? WHERE job_id = ?", (None, job_id))

    assert await cassandra.execute("SELECT found FROM searches WHERE job_id = ?", (updated,)) == []
    assert await cassandra.execute("SELECT found FROM searches WHERE job_id = ?", (inserted,)) == [{"found": None}]


async def test_a_row_is_deleted_only_while_the_condition_holds(cassandra: Cassandra) -> None:
    job_id, mine, others = uuid4(), uuid4(), uuid4()
    write = "INSERT INTO mails (job_id, kind, state, claimed_by) VALUES (?, 'ready', 'sending', ?) IF NOT EXISTS"
    withdraw = "DELETE FROM mails WHERE job_id = ? AND kind = 'ready' IF state = 'sending' AND claimed_by = ?"
    delete = "DELETE FROM mails WHERE job_id = ? AND kind = 'ready' IF EXISTS"
    assert await cassandra.execute_if(write, (job_id, mine))

    assert not await cassandra.execute_if(withdraw, (job_id, others))
    assert await cassandra.execute_if(withdraw, (job_id, mine))
    assert not await cassandra.execute_if(delete, (job_id,))
    assert await cassandra.execute_if(write, (job_id, others))
    assert await cassandra.execute_if(delete, (job_id,))

    assert await cassandra.execute("SELECT state FROM mails WHERE job_id = ? AND kind = 'ready'", (job_id,)) == []


async def test_timers_come_in_the_order_of_their_times_as_naive_milliseconds(cassandra: Cassandra) -> None:
    shard, job_id = any_shard(), uuid4()
    dues = [NOON + timedelta(seconds=seconds, microseconds=1999) for seconds in (30, 10, 20)]

    for due_at in dues:
        await cassandra.execute(ADD_TIMER, (shard, NOON, due_at, job_id, "release"))

    rows = await cassandra.execute("SELECT due_at FROM timers WHERE shard = ? AND bucket = ?", (shard, NOON))
    assert [row["due_at"].tzinfo for row in rows] == [None] * 3
    assert [row["due_at"].replace(tzinfo=UTC) - NOON for row in rows] == [
        timedelta(seconds=seconds, milliseconds=1) for seconds in (10, 20, 30)
    ]


async def test_partitions_are_listed_once_and_only_those_that_hold_something(cassandra: Cassandra) -> None:
    full, empty = uuid4(), uuid4()
    for job_id in (full, empty):
        for url in ("http://a", "http://b"):
            await cassandra.execute(ADD_URL, (job_id, url, 1))

    await cassandra.execute(DROP_URLS, (stamp(), empty))

    listed = [row["req_id"] for row in await cassandra.execute("SELECT DISTINCT req_id FROM image_urls")]
    assert listed.count(full) == 1
    assert empty not in listed


async def test_many_rows_of_a_partition_are_written_and_written_over(cassandra: Cassandra) -> None:
    job_id = uuid4()

    await cassandra.execute_in_partition(ADD_URL, [(job_id, f"http://{number:03}", 1) for number in range(120)])
    await cassandra.execute_in_partition(ADD_URL, [(job_id, f"http://{number:03}", 2) for number in range(60)])

    rows = await cassandra.execute(RANKS, (job_id,))
    assert [row["rank"] for row in rows] == [2] * 60 + [1] * 60


def any_shard() -> int:
    return uuid4().int % 2**31
