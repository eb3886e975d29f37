"""The topics: their names, how long they keep records, and how large a record may be."""

from dataclasses import dataclass
from datetime import timedelta

MAX_EVENT_BYTES = 64 * 1024
"""A larger value on one of our topics is not ours: consumers dead-letter it."""


@dataclass(frozen=True)
class Topic:
    """`one_partition`: order among all records matters more than throughput."""

    name: str
    retention: timedelta = timedelta(days=7)
    one_partition: bool = False


JOB_INBOX = Topic("job-inbox.v1")
JOB_DUE = Topic("job-due.v1")
IMAGE_BATCHES = Topic("image-batches.v1")
JOB_LIFECYCLE = Topic("job-lifecycle.v1")
JOB_PROGRESS = Topic("job-progress.v1", retention=timedelta(hours=1))

FLOW = (JOB_INBOX, JOB_DUE, IMAGE_BATCHES, JOB_LIFECYCLE, JOB_PROGRESS)

CONSUMING_SERVICES = ("scheduler", "scraper", "packager", "notifier")


def dead_letters(service: str) -> Topic:
    """Where `service` puts what it could not handle."""
    return Topic(f"{service}.dlq", retention=timedelta(days=30), one_partition=True)


ALL = (*FLOW, *(dead_letters(service) for service in CONSUMING_SERVICES))
