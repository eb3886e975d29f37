"""The Cassandra adapter on a real node, over a wire that can be cut."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from deploy.local.ports import free_ports
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.claims import Claims
from shared.errors import DependencyAwayError, OutcomeUnknownError
from shared.events import Stage
from shared.hostports import host_ports
from shared.waiting import until_available
from tests.integration.conftest import Backbone
from tests.integration.wire import Wire, wired_to

pytestmark = pytest.mark.integration

ADD_URL = "INSERT INTO image_urls (req_id, url, rank) VALUES (?, ?, ?)"
CLAIM = "INSERT INTO claims (job_id, run, stage, claimed_by) VALUES (?, 1, 'search', ?) IF NOT EXISTS"
HOLDER = "SELECT claimed_by FROM claims WHERE job_id = ? AND run = 1 AND stage = 'search'"


@pytest.fixture
async def wire(backbone: Backbone) -> AsyncIterator[Wire]:
    async with wired_to(host_ports(backbone.cassandra_hosts)[0]) as wire:
        yield wire


@pytest.fixture
async def cassandra(backbone: Backbone, wire: Wire) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(f"127.0.0.1:{wire.port}"), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


async def test_all_pages_of_a_large_partition_are_read(cassandra: Cassandra) -> None:
    """A page is 5,000 rows."""
    job_id = uuid4()
    rows = [(job_id, f"http://pictures.example/{number:05}.jpg", number) for number in range(5_500)]

    await until_available(lambda: cassandra.execute_in_partition(ADD_URL, rows))  # a busy disk may take its time
    found = await cassandra.execute("SELECT url, rank FROM image_urls WHERE req_id = ?", (job_id,))

    assert [(row["url"], row["rank"]) for row in found] == [row[1:] for row in rows]


async def test_many_statements_at_once_have_each_their_own_answer(cassandra: Cassandra) -> None:
    job_ids = [uuid4() for _ in range(1000)]
    await asyncio.gather(*(cassandra.execute(ADD_URL, (job_id, str(job_id), 1)) for job_id in job_ids))

    found = await asyncio.gather(
        *(cassandra.execute("SELECT url FROM image_urls WHERE req_id = ?", (job_id,)) for job_id in job_ids)
    )

    assert [rows[0]["url"] for rows in found] == [str(job_id) for job_id in job_ids]


async def test_a_conditional_write_says_whether_it_applied(cassandra: Cassandra) -> None:
    job_id, first, second = uuid4(), uuid4(), uuid4()

    assert await cassandra.execute_if(CLAIM, (job_id, first)) is True
    assert await cassandra.execute_if(CLAIM, (job_id, second)) is False
    assert await holder(cassandra, job_id) == first


async def test_a_statement_that_makes_no_sense_is_a_bug_and_not_an_absence(cassandra: Cassandra) -> None:
    with pytest.raises(Exception, match="nonsense") as raised:
        await cassandra.execute("SELECT nonsense FROM jobs")

    assert not isinstance(raised.value, DependencyAwayError)


async def test_a_cancelled_caller_leaves_the_session_well(cassandra: Cassandra) -> None:
    asking = [asyncio.create_task(cassandra.execute("SELECT key FROM system.local")) for _ in range(50)]
    await asyncio.sleep(0)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)

    assert await cassandra.answers()


async def test_no_host_and_no_keyspace_are_both_an_absence(backbone: Backbone) -> None:
    (nobody,) = free_ports(1)

    for hosts, keyspace in ((f"127.0.0.1:{nobody}", None), (backbone.cassandra_hosts, "not_made_yet")):
        with pytest.raises(DependencyAwayError) as raised:
            await Cassandra.connect(CassandraAccess(hosts), keyspace)
        assert raised.value.dependency == "cassandra"


async def test_a_node_that_goes_away_is_named_and_comes_back_to_the_same_session(
    cassandra: Cassandra, wire: Wire
) -> None:
    job_id = uuid4()
    await cassandra.execute_if(CLAIM, (job_id, uuid4()))  # prepares it
    await wire.cut()

    assert not await cassandra.answers()
    with pytest.raises(DependencyAwayError):
        await cassandra.execute(ADD_URL, (job_id, "x", 1))
    with pytest.raises(DependencyAwayError):
        await cassandra.execute_in_partition(ADD_URL, [(job_id, "x", 1)])
    with pytest.raises(OutcomeUnknownError):
        await cassandra.execute_if(CLAIM, (job_id, uuid4()))

    await wire.mend()
    await until_it_answers(cassandra)
    await cassandra.execute(ADD_URL, (job_id, "x", 1))


async def test_an_answer_that_is_lost_leaves_open_what_happened_until_it_is_read(
    cassandra: Cassandra, wire: Wire
) -> None:
    job_id, attempt = uuid4(), uuid4()
    await cassandra.execute_if(CLAIM, (uuid4(), attempt))  # prepares it
    wire.cut_at_answer()

    with pytest.raises(OutcomeUnknownError):
        await cassandra.execute_if(CLAIM, (job_id, attempt))

    await wire.mend()
    await until_it_answers(cassandra)
    assert await holder(cassandra, job_id) == attempt


async def test_a_claim_whose_answer_was_lost_is_known_for_ones_own(cassandra: Cassandra, wire: Wire) -> None:
    claims, job_id, attempt, now = Claims(cassandra), uuid4(), uuid4(), datetime.now(UTC)
    await claims.claim(uuid4(), 1, Stage.PACK, attempt=attempt, now=now)
    wire.cut_at_answer()
    with pytest.raises(DependencyAwayError):
        await claims.claim(job_id, 1, Stage.PACK, attempt=attempt, now=now)

    await wire.mend()
    await until_it_answers(cassandra)

    assert await claims.claim(job_id, 1, Stage.PACK, attempt=attempt, now=now)
    assert not await claims.claim(job_id, 1, Stage.PACK, attempt=uuid4(), now=now)


async def holder(cassandra: Cassandra, job_id: UUID) -> UUID:
    rows = await cassandra.execute(HOLDER, (job_id,), serial=True)
    found: UUID = rows[0]["claimed_by"]
    return found


async def until_it_answers(cassandra: Cassandra) -> None:
    async with asyncio.timeout(30):
        while not await cassandra.answers():
            await asyncio.sleep(0.1)
