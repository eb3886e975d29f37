"""Engines that have refused, left alone by all scrapers: on a real Cassandra and in memory alike."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.scraper.cooldowns import CoolDowns
from shared.cassandra import Cassandra

HOUR = timedelta(hours=1)


@pytest.fixture
def engine() -> str:
    return f"engine-{uuid4()}"


async def test_what_one_scraper_has_met_all_leave_alone(cassandra: Cassandra, engine: str) -> None:
    one, another = CoolDowns(cassandra, otherwise=HOUR), CoolDowns(cassandra, otherwise=HOUR)
    assert not await another.ends(engine)

    await one.begin(engine, None)

    assert await another.ends(engine)
    assert not await another.ends("somebody else")


async def test_the_engine_itself_says_for_how_long(cassandra: Cassandra, engine: str) -> None:
    cool_downs = CoolDowns(cassandra, otherwise=HOUR)

    await cool_downs.begin(engine, 0.0)

    assert not await cool_downs.ends(engine)


async def test_a_shorter_one_does_not_end_a_longer_one(cassandra: Cassandra, engine: str) -> None:
    cool_downs = CoolDowns(cassandra, otherwise=HOUR)
    await cool_downs.begin(engine, 7200.0)

    await cool_downs.begin(engine, 0.001)

    assert await cool_downs.ends(engine)


@pytest.mark.parametrize("seconds", [1e12, float("inf")])
async def test_no_engine_is_left_alone_for_more_than_a_day(cassandra: Cassandra, engine: str, seconds: float) -> None:
    await CoolDowns(cassandra, otherwise=HOUR).begin(engine, seconds)

    (row,) = await cassandra.execute("SELECT ends_at, TTL(ends_at) AS left FROM cool_downs WHERE engine = ?", (engine,))
    assert row["left"] <= 24 * 3600 + 1


async def test_an_operator_may_do_without(cassandra: Cassandra, engine: str) -> None:
    cool_downs = CoolDowns(cassandra, otherwise=timedelta(0))

    await cool_downs.begin(engine, None)

    assert not await cool_downs.ends(engine)
