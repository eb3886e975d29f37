"""The picture web, the neighbours' rows, the bus, and a place to work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.packager.feed import Bells
from services.packager.fetchers import guarded_fetcher
from services.packager.packing import Means
from services.packager.settings import Settings
from services.packager.sheetdrawing import SheetDrawing
from services.packager.threads import OneThread
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.images import Images
from shared.jobs import Jobs
from shared.kafkaaccess import KafkaAccess
from shared.localarchives import LocalArchives
from shared.publisher import Publisher
from shared.searches import Searches
from shared.topics import JOB_INBOX, JOB_PROGRESS, dead_letters
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.packager.neighbours import Neighbours
from tests.integration.packager.place import Place
from tests.pictureweb.site import PictureWeb


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[PictureWeb]:
    async with PictureWeb.running() as running:
        yield running


@pytest.fixture(scope="module")
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


@pytest.fixture
def others(cassandra: Cassandra) -> Neighbours:
    return Neighbours(cassandra)


@pytest.fixture(scope="module")
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    async with listening(backbone.kafka_url, JOB_INBOX, JOB_PROGRESS, dead_letters("packager")) as bus:
        yield bus


@pytest.fixture(scope="module")
def place(backbone: Backbone, site: PictureWeb, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("packager")
    archives = folder / "archives"
    settings = {
        "AID_ARCHIVES": f"file://{archives}",
        "AID_ALLOWED_PRIVATE_ADDRESSES": ",".join(site.addresses),
    }
    return Place(folder, archives, backbone.environment() | settings)


@pytest.fixture
async def publisher(backbone: Backbone) -> AsyncIterator[Publisher]:
    publisher = await Publisher.connect(KafkaAccess(backbone.kafka_url), source="packager")
    yield publisher
    await publisher.close()


@pytest.fixture
def settings(backbone: Backbone, site: PictureWeb, tmp_path: Path) -> Settings:
    return Settings(
        kafka_url=backbone.kafka_url,
        cassandra_hosts=backbone.cassandra_hosts,
        archives=f"file://{tmp_path}",
        allowed_private_addresses=",".join(site.addresses),
        idle_seconds=1.0,
        download_seconds=3.0,
        pack_seconds=20.0,
    )


@pytest.fixture
async def means(settings: Settings, cassandra: Cassandra, publisher: Publisher) -> AsyncIterator[Means]:
    with OneThread("pack") as thread:
        async with guarded_fetcher(settings) as fetcher:
            yield Means(
                jobs=Jobs(cassandra),
                images=Images(cassandra),
                searches=Searches(cassandra),
                fetcher=fetcher,
                thread=thread,
                archives=LocalArchives(settings.folder),
                sheets=SheetDrawing(),
                publisher=publisher,
                bells=Bells(),
                limits=settings.pack_limits,
            )
