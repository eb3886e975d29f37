"""When engines refuse: the others fill in, nobody asks the refusing ones again, and the search says so."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from services.scraper.asking import asking
from services.scraper.browsers import Browsers
from services.scraper.cooldowns import CoolDowns
from services.scraper.engines import Engine
from services.scraper.engines.bing import Bing
from services.scraper.engines.commons import Commons
from services.scraper.engines.duckduckgo import DuckDuckGo
from services.scraper.engines.google import Google
from services.scraper.engines.openverse import Openverse
from services.scraper.engines.paged import Paged
from services.scraper.means import Means
from services.scraper.searching import SearchRun
from shared.cassandra import Cassandra
from shared.errors import Reason, RunError
from shared.filters import Colour, Filters, Orientation
from shared.images import FoundImage, Images
from shared.jobs import Jobs
from shared.kafkaaccess import KafkaAccess
from shared.publisher import Publisher
from shared.pulse import Progress
from shared.searches import Search, Searches
from tests.integration.conftest import Backbone
from tests.integration.scraper.chromiums import patient_launch
from tests.integration.scraper.jobs import a_running_job
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
async def engines(pictures: PictureWeb) -> AsyncIterator[Sequence[Engine]]:
    """All five, in order, as the scraper asks them."""
    urls = pictures.engine_urls
    async with Browsers.warm(patient_launch, 1) as browsers, asking("Test/1") as pages:
        sites = (
            Bing(urls["bing"]),
            DuckDuckGo(urls["duckduckgo"]),
            Openverse(urls["openverse"]),
            Commons(urls["commons"]),
        )
        yield [Google(browsers, url=urls["google"]), *(Paged(site, pages) for site in sites)]


@pytest.fixture
async def means(backbone: Backbone, cassandra: Cassandra, engines: Sequence[Engine]) -> AsyncIterator[Means]:
    publisher = await Publisher.connect(KafkaAccess(backbone.kafka_url), source="scraper")
    yield Means(
        engines=engines,
        images=Images(cassandra),
        searches=Searches(cassandra),
        jobs=Jobs(cassandra),
        cool_downs=CoolDowns(cassandra, otherwise=timedelta(hours=1)),
        publisher=publisher,
        spares=0.15,
        seconds=60.0,
    )
    await publisher.close()
    await cassandra.execute("TRUNCATE cool_downs")


async def found(cassandra: Cassandra, job_id: UUID) -> tuple[Search, list[FoundImage]]:
    search = await Searches(cassandra).find(job_id)
    assert search is not None
    return search, await Images(cassandra).of(job_id)


async def test_the_open_collections_fill_in_for_those_that_refuse_or_are_empty(
    cassandra: Cassandra, means: Means, pictures: PictureWeb
) -> None:
    due = await a_running_job(cassandra, query="pandas gate:sorry bing:empty duckduckgo:403 openverse:none", images=100)
    await SearchRun(due, means).work(Progress())
    search, images = await found(cassandra, due.job_id)
    pictures.visits.clear()

    again = await a_running_job(cassandra, query="pandas openverse:429", images=100)
    await SearchRun(again, means).work(Progress())

    assert {one.engine: one.ending for one in search.asked} == {
        "google": "blocked",
        "bing": "page_changed",
        "duckduckgo": "blocked",
        "openverse": "no_results",
        "commons": "enough",
    }
    assert len(images) == search.found == 115
    assert all(image.engine == "commons" and image.licence and image.creator for image in images)
    after, _ = await found(cassandra, again.job_id)
    assert [(one.engine, one.ending) for one in after.asked] == [("google", "cooling_down"), ("bing", "enough")]
    assert pictures.visited("/search") == pictures.visited("/duckduckgo") == 0


async def test_each_engine_adds_what_the_one_before_has_not_and_filters_leave_out_what_does_not_fit(
    cassandra: Cassandra, means: Means
) -> None:
    filters = Filters(orientation=Orientation.LANDSCAPE, colour=Colour.RED)
    due = await a_running_job(cassandra, query="pandas results:60", images=200, filters=filters)

    await SearchRun(due, means).work(Progress())

    search, images = await found(cassandra, due.job_id)
    google, bing, duckduckgo, openverse, commons = search.asked
    assert all((image.width or 0) > (image.height or 0) for image in images)
    assert google.left_out == bing.left_out == duckduckgo.left_out > 0
    assert duckduckgo.found == 0, "it shows what Bing has shown"
    assert openverse.found + commons.found > 0
    assert (google.ignored, openverse.ignored, commons.ignored) == ((), ("colour",), ("colour", "safe_search"))
    assert [image.rank for image in images] == list(range(1, len(images) + 1))


async def test_when_all_refuse_the_run_is_tried_later(cassandra: Cassandra, means: Means) -> None:
    query = "pandas gate:429 bing:captcha duckduckgo:202 openverse:429 commons:ratelimited"
    due = await a_running_job(cassandra, query=query)

    with pytest.raises(RunError) as raised:
        await SearchRun(due, means).work(Progress())

    assert (raised.value.reason, raised.value.retryable) == (Reason.BLOCKED, True)
    ends = [await means.cool_downs.ends(engine.name) for engine in means.engines]
    assert all(ends)
    assert raised.value.not_before == min(filter(None, ends)), "before that nobody would be asked"
