"""The picture web, Cassandra and Kafka as the scraper meets them."""

from collections.abc import AsyncIterator

import pytest

from services.scraper.browsers import Browsers
from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.topics import IMAGE_BATCHES, JOB_INBOX, JOB_PROGRESS, dead_letters
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.scraper.chromiums import patient_launch
from tests.pictureweb.site import PictureWeb


@pytest.fixture(scope="package")
async def pictures() -> AsyncIterator[PictureWeb]:
    async with PictureWeb.running() as site:
        yield site


@pytest.fixture(scope="package")
async def browsers() -> AsyncIterator[Browsers]:
    """One browser, warm."""
    async with Browsers.warm(patient_launch, 1) as warm:
        yield warm


@pytest.fixture(scope="package")
def environment(backbone: Backbone, pictures: PictureWeb) -> dict[str, str]:
    """An engine that refuses one test is asked by the next."""
    asked = {"AID_GOOGLE_URL": pictures.google_url, "AID_ENGINES": "google", "AID_COOL_DOWN_MINUTES": "0"}
    return backbone.environment() | asked


@pytest.fixture(scope="package")
async def cassandra(backbone: Backbone) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(CassandraAccess(backbone.cassandra_hosts), backbone.cassandra_keyspace)
    yield cassandra
    await cassandra.close()


@pytest.fixture(scope="package")
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    """Hears what the scraper says."""
    topics = (JOB_INBOX, IMAGE_BATCHES, JOB_PROGRESS, dead_letters("scraper"))
    async with listening(backbone.kafka_url, *topics) as bus:
        yield bus
