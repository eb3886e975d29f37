"""How an engine is asked page by page: when it goes on, when it stops, and what it says then."""

from collections.abc import Callable, Iterator
from contextlib import aclosing
from itertools import count

import pytest

from services.scraper.engines import Batch, Ending, Query
from services.scraper.engines.bing import Bing
from services.scraper.engines.openverse import Openverse
from services.scraper.engines.paged import Answer, Ask, NoAnswerError, Paged, Site
from tests.unit.scraper.engines.pages import BASE, Result, body


class Web:
    """Answers each page with what `texts` makes of its number; what is no text is raised."""

    def __init__(self, texts: Callable[[int], str | Exception], status: int = 200) -> None:
        self._texts = texts
        self._status = status
        self.asked: list[Ask] = []

    async def get(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        text = self._texts(ask.number)
        if isinstance(text, Exception):
            raise text
        return Answer(self._status, f"{BASE}/images/async", text, 7.0)


async def batches(site: Site, web: Web) -> list[Batch]:
    async with aclosing(Paged(site, web).search(Query("pandas"))) as given:
        return [batch async for batch in given]


def fresh_pages() -> Callable[[int], str]:
    numbers: Iterator[int] = count()
    return lambda _: body("bing", *(Result(f"https://pictures.example/{next(numbers)}.jpg") for _ in range(3)))


async def test_it_goes_on_until_the_engine_is_empty() -> None:
    pages = fresh_pages()

    found = await batches(Bing(BASE), Web(lambda number: pages(number) if number <= 4 else ""))

    assert [len(batch.hits) for batch in found] == [3, 3, 3, 3, 0]
    assert found[-1].ending is Ending.EXHAUSTED


async def test_an_engine_that_repeats_itself_is_left() -> None:
    web = Web(lambda _: body("bing", Result()))

    found = await batches(Bing(BASE), web)

    assert (sum(len(batch.hits) for batch in found), found[-1].ending) == (1, Ending.EXHAUSTED)
    assert len(web.asked) == 3


async def test_pages_full_of_what_cannot_be_used_are_a_changed_page() -> None:
    web = Web(lambda _: body("bing", *[Result(url=None)] * 35))

    found = await batches(Bing(BASE), web)

    assert found[-1].ending is Ending.PAGE_CHANGED
    assert len(web.asked) == 2


async def test_no_answer_is_broken() -> None:
    assert [batch.ending for batch in await batches(Bing(BASE), Web(lambda _: NoAnswerError("x")))] == [Ending.BROKEN]


@pytest.mark.parametrize(
    ("status", "ending"),
    [(429, Ending.BLOCKED), (403, Ending.BLOCKED), (503, Ending.BLOCKED), (404, Ending.PAGE_CHANGED)],
)
async def test_a_refusal_says_for_how_long(status: int, ending: Ending) -> None:
    (batch,) = await batches(Bing(BASE), Web(lambda _: "no", status))

    assert batch.ending is ending
    assert batch.retry_after == (7.0 if ending is Ending.BLOCKED else None)


async def test_an_engine_with_a_limit_is_not_asked_beyond_it() -> None:
    said = body("openverse", Result()).replace('"page_count": 1', '"page_count": 20')
    numbers = count()
    web = Web(lambda _: said.replace("panda.jpg", f"{next(numbers)}.jpg"))
    engine = Paged(Openverse(BASE), web)

    async with aclosing(engine.search(Query("pandas"))) as given:
        first = [batch async for batch in given]
    async with aclosing(engine.search(Query("pandas"))) as given:
        then = await anext(given)

    assert (len(web.asked), [batch.pause for batch in first]) == (20, [0.0] * 20)
    assert 50 < then.pause <= 60
