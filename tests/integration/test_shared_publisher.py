import os
from uuid import uuid4

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from shared.cloudevents import Record
from shared.events import JobStarted
from shared.kafkaaccess import KafkaAccess
from shared.provision import ProvisionSettings, create_topics
from shared.publisher import Publisher
from shared.topics import JOB_LIFECYCLE

pytestmark = pytest.mark.integration


async def test_what_kafka_refuses_does_not_spoil_what_follows(kafka_url: str) -> None:
    """An idempotent producer has counted the refused record, the broker has not, and nothing fits any more."""
    await create_topics(ProvisionSettings(kafka_url=kafka_url, cassandra_hosts="unused:1", partitions=4))
    publisher = await Publisher.connect(KafkaAccess(kafka_url), source="test")
    job_id = uuid4()
    await publisher.publish(JobStarted(job_id=job_id))

    with pytest.raises(MessageSizeTooLargeError):
        await publisher.publish_records(Record(JOB_LIFECYCLE.name, str(job_id).encode(), os.urandom(2_000_000)))

    await publisher.publish(JobStarted(job_id=job_id), JobStarted(job_id=job_id, sequence=1))
    await publisher.close()
