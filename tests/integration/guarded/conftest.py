"""One Kafka for all who try to come in: with the topics, the users of deploy/k8s, and no rights but theirs."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.artefacts import kafka_jars
from deploy.local.ports import free_ports
from deploy.local.servers import serving
from shared.provision import create_topics
from tests.integration.guarded.servers import PASSWORD, GuardedKafka, Papers
from tests.integration.guarded.told import provisioning
from tests.integration.guarded.users import all_rights, allow, names


@pytest.fixture(scope="package")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GuardedKafka]:
    """Its topics made through the guarded door."""
    home = tmp_path_factory.mktemp("guarded-kafka")
    port, controller_port, guarded_port = free_ports(3)
    kafka = GuardedKafka(home, kafka_jars(), port, controller_port, guarded_port, Papers.made_in(home))
    with serving(kafka, home):
        kafka.set_password(PASSWORD)
        await create_topics(provisioning(kafka.access))
        kafka.set_password(PASSWORD, *names())
        allow(kafka, *all_rights())
        yield kafka
