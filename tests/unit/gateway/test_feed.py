"""Who is woken, and when."""

import asyncio
from uuid import uuid4

import pytest

from services.gateway.live.feed import Feed, TooManyStreamsError

JOB = uuid4()
LONG = 60.0


async def test_who_watches_a_job_is_woken_by_news_of_it_and_of_no_other() -> None:
    feed = Feed[int](10)
    with feed.watching(JOB) as news:
        feed.tell(uuid4())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await news.wait(0, LONG)
        feed.tell(JOB)
        await news.wait(0, LONG)


async def test_news_while_nobody_waits_are_one_piece_of_news() -> None:
    feed = Feed[int](10)
    with feed.watching(JOB) as news:
        for _ in range(3):
            feed.tell(JOB)
        await news.wait(0, LONG)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await news.wait(0, LONG)


async def test_all_who_are_woken_share_one_look_and_news_make_it_an_old_one() -> None:
    feed, looks = Feed[int](10), 0
    seen = asyncio.Event()

    async def look() -> int:
        nonlocal looks
        looks += 1
        mine = looks
        await seen.wait()
        return mine

    with feed.watching(JOB) as one, feed.watching(JOB) as other:
        first = [asyncio.ensure_future(news.look(look)) for news in (one, other)]
        await asyncio.sleep(0)
        feed.tell(JOB)
        later = asyncio.ensure_future(one.look(look))
        await asyncio.sleep(0)
        seen.set()

        assert await asyncio.gather(*first, later) == [1, 1, 2]


async def test_a_look_that_fails_fails_for_all_and_the_next_is_a_new_one() -> None:
    async def fail() -> int:
        raise ConnectionError

    async def look() -> int:
        return 7

    with Feed[int](10).watching(JOB) as news:
        for outcome in await asyncio.gather(news.look(fail), news.look(fail), return_exceptions=True):
            assert isinstance(outcome, ConnectionError)
        assert await news.look(look) == 7


async def test_there_is_room_for_so_many_and_again_when_one_leaves() -> None:
    feed = Feed[int](1)
    with feed.watching(JOB), pytest.raises(TooManyStreamsError), feed.watching(uuid4()):
        pass

    with feed.watching(JOB):
        assert feed.open == 1
    assert feed.open == 0


async def test_at_the_end_everybody_is_let_go_at_once() -> None:
    feed = Feed[int](10)
    with feed.watching(JOB) as news:
        waiting = asyncio.ensure_future(news.wait(LONG, 2 * LONG))
        await asyncio.sleep(0)
        feed.end()
        await waiting

        assert news.ended
    with pytest.raises(TooManyStreamsError), feed.watching(JOB):
        pass
