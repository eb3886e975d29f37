"""The picture web, the neighbours' rows, the bus, and a place to work."""

from collections.abc import AsyncIterator

import pytest

from shared.cassandra import Cassandra
from shared.settings import host_ports
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
    cassandra = await Cassandra.connect(host_ports(backbone.cassandra_hosts), backbone.cassandra_keyspace)
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
