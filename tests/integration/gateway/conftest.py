"""One browser and one gateway on real servers for each file."""

from collections.abc import AsyncIterator, Iterator

import pytest
from selenium.webdriver import Chrome

from deploy.local.ports import free_ports
from shared.topics import JOB_INBOX
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.gateway.chrome import HOST, browsing
from tests.integration.gateway.gateways import Gateway, serving_gateway


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with browsing(tmp_path_factory.mktemp("profile")) as chrome:
        yield chrome


@pytest.fixture(scope="module")
async def gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    (port,) = free_ports(1)
    folder = tmp_path_factory.mktemp("archives")
    async with serving_gateway(backbone, folder, port=port, public_url=f"http://{HOST}:{port}") as gateway:
        yield gateway


@pytest.fixture(scope="module")
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    async with listening(backbone.kafka_url, JOB_INBOX) as bus:
        yield bus
