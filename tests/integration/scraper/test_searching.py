"""One run of a search on real Cassandra and Kafka; the engines say what each test gives them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.scraper.cooldowns import CoolDowns
from services.scraper.engines import Batch, Ending, Query
from services.scraper.handlers import search_images
from services.scraper.harvest import Harvest
from services.scraper.means import Means
from services.scraper.searching import SearchRun
from shared.cassandra import Cassandra
from shared.claims import Claims, Counts, Heartbeats
from shared.errors import Reason, RunError
from shared.events import Event, Failure, ImagesFound, RunFailed, SearchDue, SearchFinished, Stage
from shared.filters import Colour, Filters
from shared.images import Hit, Images
from shared.jobs import Jobs
from shared.kafkaaccess import KafkaAccess
from shared.publisher import Publisher
from shared.pulse import Progress, Pulse
from shared.searches import Asked, Search, Searches
from shared.work import Workbench
from tests.integration.bus import Bus
from tests.integration.conftest import Backbone
from tests.integration.scraper.jobs import a_running_job, decide

pytestmark = pytest.mark.integration


@dataclass
class Script:
    """An engine that says these batches, whatever is asked. None among them stands for silence."""

    batches: Sequence[Batch | None]
    name: str = "google"
    asked: list[str] = field(default_factory=list)
    closed: int = 0

    def ignored(self, filters: Filters) -> frozenset[str]:
        return frozenset({"colour"} & filters.chosen)

    async def search(self, query: Query) -> AsyncGenerator[Batch, None]:
        self.asked.append(query.words)
        try:
            for batch in self.batches:
                if batch is None:
                    await asyncio.sleep(60)
                else:
                    yield batch
        finally:
            self.closed += 1


class LostOnce(Script):
    """The same, but the first time it is asked it gets no further than its first batch."""

    async def search(self, query: Query) -> AsyncGenerator[Batch, None]:
        lost = not self.asked
        async with aclosing(super().search(query)) as batches:
            async for batch in batches:
                yield batch
                if lost:
                    yield Batch(ending=Ending.BROKEN)
                    return


class Witness:
    """Publishes, and notes what lies in Cassandra when each event goes out."""

    def __init__(self, publisher: Publisher, cassandra: Cassandra) -> None:
        self._publisher = publisher
        self._images = Images(cassandra)
        self._searches = Searches(cassandra)
        self.seen: list[tuple[Event, int, bool]] = []

    async def publish_patiently(self, *events: Event) -> None:
        for event in events:
            stored = await self._images.of(event.job_id)
            search = await self._searches.find(event.job_id)
            self.seen.append((event, len(stored), search is not None and search.finished))
        await self._publisher.publish_patiently(*events)


@pytest.fixture
async def publisher(backbone: Backbone) -> AsyncIterator[Publisher]:
    publisher = await Publisher.connect(KafkaAccess(backbone.kafka_url), source="scraper")
    yield publisher
    await publisher.close()


@pytest.fixture
def means(cassandra: Cassandra, publisher: Publisher) -> Means:
    return Means(
        engines=(),
        images=Images(cassandra),
        searches=Searches(cassandra),
        jobs=Jobs(cassandra),
        cool_downs=CoolDowns(cassandra, otherwise=timedelta(0)),
        publisher=publisher,
        spares=0.0,
        seconds=10.0,
    )


@pytest.fixture
async def bench(cassandra: Cassandra, publisher: Publisher) -> AsyncIterator[Workbench]:
    bench = Workbench(
        Stage.SEARCH,
        slots=1,
        claims=Claims(cassandra),
        jobs=Jobs(cassandra),
        pulse=Pulse(Stage.SEARCH, Heartbeats(cassandra), publisher),
        publisher=publisher,
    )
    yield bench
    await bench.stop()


def some_hits(*names: str) -> tuple[Hit, ...]:
    return tuple(Hit(url=f"https://pictures.example/{name}.jpg", title=name, width=3, height=4) for name in names)


async def found_search(cassandra: Cassandra, due: SearchDue) -> Search:
    search = await Searches(cassandra).find(due.job_id)
    assert search is not None
    return search


async def how_it_went(cassandra: Cassandra, job_id: UUID) -> tuple[int, tuple[str, ...], str]:
    """Found, by which engines, and why it stopped."""
    search = await Searches(cassandra).find(job_id)
    assert search is not None
    assert search.finished
    return search.found, search.engines, search.stopped_because


def said(bus: Bus, due: SearchDue) -> list[Event]:
    """On the topic that the packager reads."""
    return [event for event in bus.events(due.job_id) if isinstance(event, ImagesFound | SearchFinished)]


async def test_what_is_announced_lies_in_cassandra_and_the_end_comes_last(
    cassandra: Cassandra, publisher: Publisher, means: Means
) -> None:
    due = await a_running_job(cassandra, images=5)
    engine = Script([Batch(some_hits("a", "b")), Batch(some_hits("c")), Batch(ending=Ending.EXHAUSTED)])
    witness, progress = Witness(publisher, cassandra), Progress()

    await SearchRun(due, replace(means, engines=[engine], publisher=witness)).work(progress)

    job_id = due.job_id
    assert witness.seen == [
        (ImagesFound(job_id=job_id, run=1, sequence=1, found=2), 2, False),
        (ImagesFound(job_id=job_id, run=1, sequence=2, found=3), 3, False),
        (SearchFinished(job_id=job_id, run=1, found=3), 3, False),
    ]
    assert await how_it_went(cassandra, job_id) == (3, ("google",), "exhausted")
    assert progress.counts == Counts(found=3)
    assert [(i.rank, i.title, i.width) for i in await Images(cassandra).of(job_id)] == [
        (1, "a", 3),
        (2, "b", 3),
        (3, "c", 3),
    ]


async def test_the_packager_hears_of_the_first_batch_while_the_search_goes_on(
    cassandra: Cassandra, means: Means, bus: Bus
) -> None:
    due = await a_running_job(cassandra)
    searching = asyncio.create_task(
        SearchRun(due, replace(means, engines=[Script([Batch(some_hits("a")), None])])).work(Progress())
    )

    heard = await bus.event(due.job_id, ImagesFound)

    assert heard.found == len(await Images(cassandra).of(due.job_id)) == 1
    assert not searching.done()
    searching.cancel()


async def test_it_stops_at_the_number_asked_plus_spares(cassandra: Cassandra, means: Means) -> None:
    due = await a_running_job(cassandra, images=4)
    engine = Script([Batch(some_hits(*"abc")), Batch(some_hits(*"defgh")), Batch(some_hits(*"xyz"))])

    await SearchRun(due, replace(means, engines=[engine], spares=0.5)).work(Progress())

    assert [image.title for image in await Images(cassandra).of(due.job_id)] == list("abcdef")
    assert await how_it_went(cassandra, due.job_id) == (6, ("google",), "enough")
    assert engine.closed == len(engine.asked)


async def test_the_next_engine_fills_what_the_first_could_not(cassandra: Cassandra, means: Means) -> None:
    due = await a_running_job(cassandra, images=4)
    engines = [
        Script([Batch(some_hits(*"ab"), ending=Ending.BLOCKED)], "first"),
        Script([Batch(some_hits(*"bcde"))], "second"),
        Script([Batch(some_hits(*"z"))], "third"),
    ]

    await SearchRun(due, replace(means, engines=engines)).work(Progress())

    found = await Images(cassandra).of(due.job_id)
    assert [(image.rank, image.engine, image.title) for image in found] == [
        (1, "first", "a"),
        (2, "first", "b"),
        (3, "second", "c"),
        (4, "second", "d"),
    ]
    assert await how_it_went(cassandra, due.job_id) == (4, ("first", "second"), "enough")
    assert engines[2].asked == []


async def test_what_an_engine_cannot_do_is_known_before_it_has_ended(
    cassandra: Cassandra, means: Means, bus: Bus
) -> None:
    due = await a_running_job(cassandra, filters=Filters(colour=Colour.RED))
    engines = [Script([Batch(ending=Ending.NO_RESULTS)], "first"), Script([Batch(some_hits("a")), None], "second")]
    searching = asyncio.create_task(SearchRun(due, replace(means, engines=engines)).work(Progress()))

    await bus.event(due.job_id, ImagesFound)

    assert (await found_search(cassandra, due)).asked == (
        Asked("first", "no_results", ignored=("colour",)),
        Asked("second", "under_way", ignored=("colour",)),
    )
    searching.cancel()


@pytest.mark.parametrize(
    ("batches", "reason"),
    [
        ([Batch(ending=Ending.NO_RESULTS)], Reason.NO_RESULTS),
        ([Batch(ending=Ending.BLOCKED)], Reason.BLOCKED),
        ([Batch(ending=Ending.PAGE_CHANGED)], Reason.PAGE_CHANGED),
        ([Batch(some_hits("a")), Batch(ending=Ending.BROKEN)], Reason.SEARCH_FAILED),
        ([Batch(some_hits("a")), None], Reason.SEARCH_FAILED),
    ],
)
async def test_a_search_that_failed_is_not_finished(
    cassandra: Cassandra, publisher: Publisher, means: Means, batches: list[Batch | None], reason: Reason
) -> None:
    due = await a_running_job(cassandra)
    engine, witness = Script(batches), Witness(publisher, cassandra)

    with pytest.raises(RunError) as raised:
        await SearchRun(due, replace(means, engines=[engine], publisher=witness, seconds=0.3)).work(Progress())

    assert raised.value.reason is reason
    assert engine.closed == len(engine.asked)
    search = await found_search(cassandra, due)
    assert not search.finished
    assert search.asked[-1].ending not in ("under_way", "enough"), "a failed search is not under way any more"
    assert not any(isinstance(event, SearchFinished) for event, *_ in witness.seen)


@pytest.mark.parametrize(
    ("state", "left"), [("running", 1), ("completed", 1), ("failed", 1), ("cancelled", 0), ("expired", 0)]
)
async def test_what_was_found_for_a_job_that_nobody_wants_any_more_is_deleted(
    cassandra: Cassandra, means: Means, state: str, left: int
) -> None:
    due = await a_running_job(cassandra)
    run = SearchRun(due, replace(means, engines=[Script([Batch(some_hits("a"), ending=Ending.EXHAUSTED)])]))
    await run.work(Progress())
    await decide(cassandra, due.job_id, state)

    await run.afterwards()

    assert len(await Images(cassandra).of(due.job_id)) == left
    assert (await Searches(cassandra).find(due.job_id) is not None) == bool(left)


async def test_what_was_found_for_a_job_that_is_gone_is_deleted(cassandra: Cassandra, means: Means) -> None:
    due = SearchDue(job_id=uuid4(), run=1, query="cats", images=1)
    run = SearchRun(due, replace(means, engines=[Script([Batch(some_hits("a"))])]))
    await run.work(Progress())

    await run.afterwards()

    assert await Images(cassandra).of(due.job_id) == []
    assert await Searches(cassandra).find(due.job_id) is None


async def test_a_finished_search_is_announced_to_the_next_run_and_not_done_again(
    cassandra: Cassandra, means: Means, bench: Workbench, bus: Bus
) -> None:
    due = await a_running_job(cassandra, images=2)
    engine = Script([Batch(some_hits("a", "b"))])
    searches, means = Searches(cassandra), replace(means, engines=[engine])
    assert await search_images(due, searches=searches, bench=bench, means=means) == []
    await bus.event(due.job_id, SearchFinished)
    await bench_is_idle(bench, due)

    again = await search_images(due.model_copy(update={"run": 2}), searches=searches, bench=bench, means=means)

    assert again == [SearchFinished(job_id=due.job_id, run=2, found=2)]
    assert engine.asked == ["red pandas"]


async def test_what_a_lost_run_had_stored_is_announced_at_once_and_not_found_anew(
    cassandra: Cassandra, publisher: Publisher, means: Means
) -> None:
    due = await a_running_job(cassandra, images=4)
    lost = Script([Batch(some_hits("a", "b"), ending=Ending.BROKEN)])
    with pytest.raises(RunError):
        await SearchRun(due, replace(means, engines=[lost])).work(Progress())
    again = due.model_copy(update={"run": 2})
    engine, witness = Script([Batch(some_hits("a", "b", "c")), Batch(some_hits("d"))]), Witness(publisher, cassandra)

    await SearchRun(again, replace(means, engines=[engine], publisher=witness)).work(Progress())

    said = [(type(event), event.run, event.sequence, stored) for event, stored, _ in witness.seen]
    assert said == [(ImagesFound, 2, 1, 2), (ImagesFound, 2, 2, 3), (ImagesFound, 2, 3, 4), (SearchFinished, 2, 0, 4)]
    assert [(image.rank, image.title) for image in await Images(cassandra).of(due.job_id)] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (4, "d"),
    ]


async def test_a_run_lost_between_its_last_batch_and_its_end_costs_no_second_search(
    cassandra: Cassandra, means: Means
) -> None:
    due = await a_running_job(cassandra, images=2)
    await Images(cassandra).add(due.job_id, Harvest(2).take("bing", some_hits("a", "b")))
    engine = Script([Batch(some_hits("z"))])

    await SearchRun(due, replace(means, engines=[engine])).work(Progress())

    assert engine.asked == []
    assert await how_it_went(cassandra, due.job_id) == (2, ("bing",), "enough")


async def test_a_browser_lost_once_costs_no_run(cassandra: Cassandra, means: Means) -> None:
    due = await a_running_job(cassandra, images=3)
    engine = LostOnce([Batch(some_hits("a", "b")), Batch(some_hits("c"), ending=Ending.EXHAUSTED)])

    await SearchRun(due, replace(means, engines=[engine])).work(Progress())

    assert len(engine.asked) == 2
    assert await how_it_went(cassandra, due.job_id) == (3, ("google",), "enough")


async def test_a_browser_lost_twice_does_not_cost_the_pictures_found(cassandra: Cassandra, means: Means) -> None:
    due = await a_running_job(cassandra, images=4)
    await Images(cassandra).add(due.job_id, Harvest(4).take("google", some_hits("a")))
    engine = Script([Batch(some_hits("a", "b")), Batch(ending=Ending.BROKEN)])

    await SearchRun(due, replace(means, engines=[engine])).work(Progress())

    assert await how_it_went(cassandra, due.job_id) == (2, ("google",), "broken")


async def test_the_same_word_twice_is_one_search(
    cassandra: Cassandra, means: Means, bench: Workbench, bus: Bus
) -> None:
    due = await a_running_job(cassandra, images=2)
    engine = Script([Batch(some_hits("a")), Batch(some_hits("b"))])
    means = replace(means, engines=[engine])

    for _ in range(2):
        await search_images(due, searches=Searches(cassandra), bench=bench, means=means)
    await bus.event(due.job_id, SearchFinished)

    assert engine.asked == ["red pandas"]
    assert [event.sequence for event in said(bus, due)] == [1, 2, 0]


async def test_a_failed_search_is_reported_to_the_scheduler(
    cassandra: Cassandra, means: Means, bench: Workbench, bus: Bus
) -> None:
    due = await a_running_job(cassandra)
    means = replace(means, engines=[Script([Batch(ending=Ending.NO_RESULTS)])])

    await search_images(due, searches=Searches(cassandra), bench=bench, means=means)

    assert await bus.event(due.job_id, RunFailed) == RunFailed(
        job_id=due.job_id, run=1, failure=Failure.FINAL, reason=Reason.NO_RESULTS
    )


async def bench_is_idle(bench: Workbench, due: SearchDue) -> None:
    async with asyncio.timeout(5):
        while bench.holds(due.job_id, due.run):
            await asyncio.sleep(0.02)
