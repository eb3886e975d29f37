"""What a replica remembers of domains and of the site."""

import asyncio
from datetime import UTC, datetime, timedelta

from services.gateway.limits.quotas import HOUR, Rule
from services.gateway.limits.sums import Subject, Sums

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
SITE = Subject("site", Rule.SITE, 10)


class Elsewhere:
    """Three in each hour; `answers` once they may."""

    def __init__(self, accepted: int = 3) -> None:
        self.accepted, self.reads = accepted, 0
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.answers.set()

    async def count_elsewhere(self, _subject: str, _hour: datetime) -> int:
        self.reads += 1
        self.asked.set()
        await self.answers.wait()
        return self.accepted

    async def put_count(self, subject: str, hour: datetime, accepted: int) -> None: ...


async def test_an_hour_that_ends_while_the_tables_are_asked_makes_no_difference() -> None:
    sums, others, before = Sums(), Elsewhere(), NOON - timedelta(minutes=1)
    sums.add([SITE], before)
    await sums.elsewhere([SITE], before, others)
    others.answers.clear()
    others.asked.clear()
    asking = asyncio.create_task(sums.elsewhere([SITE], before, others))
    await others.asked.wait()
    sums.add([SITE], NOON)
    others.answers.set()

    assert await asking == {("site", NOON - HOUR): 3, ("site", NOON - 2 * HOUR): 3}


async def test_who_is_only_refused_is_not_remembered() -> None:
    sums, nobody = Sums(), Elsewhere(0)
    for number in range(1000):
        await sums.elsewhere([Subject(f"domain {number}", Rule.DOMAIN, 5)], NOON + timedelta(minutes=2), nobody)

    assert not sums._settled


async def test_what_others_had_in_the_last_hour_is_read_once_and_forgotten_when_it_is_over() -> None:
    sums, others, late = Sums(), Elsewhere(), NOON + timedelta(minutes=2)
    sums.add([SITE], late)
    for _ in range(5):
        await sums.elsewhere([SITE], late, others)
    assert others.reads == 6

    await sums.elsewhere([], late + 2 * HOUR, others)
    assert not sums._settled
    assert not sums._accepted
