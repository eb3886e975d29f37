"""Records that no consumer can make anything of, as foreign or broken producers write them."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.cloudevents import Record, encode
from shared.errors import Reason
from shared.events import Event, Failure, ImagesFound, JobStarted, RunFailed, SearchDue
from shared.topics import IMAGE_BATCHES, JOB_DUE, JOB_INBOX, JOB_LIFECYCLE, Topic

TOPICS: tuple[Topic, ...] = (JOB_INBOX, JOB_DUE, IMAGE_BATCHES, JOB_LIFECYCLE)
"""Those somebody consumes."""

LARGEST = 900_000
"""Bytes; a topic takes a megabyte."""


@dataclass(frozen=True)
class Poison:
    """Chance decides what is written; the same seed writes the same."""

    rng: random.Random

    def record(self, topic: Topic) -> Record:
        make: Callable[[Record], Record] = self.rng.choice(
            [self._random, self._truncated, self._outdated, self._huge, self._empty, self._under_a_foreign_key]
        )
        return make(encode(self._event(topic), source="stranger", now=datetime.now(UTC)))

    def _event(self, topic: Topic) -> Event:
        job_id = UUID(int=self.rng.getrandbits(128), version=4)
        events: dict[Topic, Event] = {
            JOB_INBOX: RunFailed(job_id=job_id, run=1, failure=Failure.FINAL, reason=Reason.INTERNAL),
            JOB_DUE: SearchDue(job_id=job_id, run=1, query="poison", images=1),
            IMAGE_BATCHES: ImagesFound(job_id=job_id, run=1, found=1),
            JOB_LIFECYCLE: JobStarted(job_id=job_id, sequence=2),
        }
        return events[topic]

    def _random(self, good: Record) -> Record:
        value = self.rng.randbytes(self.rng.randint(1, 2_000))
        return Record(good.topic, self.rng.randbytes(8), value, (("ce_type", self.rng.randbytes(20)),))

    def _truncated(self, good: Record) -> Record:
        value = good.value or b""
        return Record(good.topic, good.key, value[: self.rng.randrange(1, len(value))], good.headers)

    def _outdated(self, good: Record) -> Record:
        headers = tuple(
            (name, text.replace(b".v1", b".v0") if name == "ce_type" else text) for name, text in good.headers
        )
        return Record(good.topic, good.key, good.value, headers)

    def _huge(self, good: Record) -> Record:
        return Record(good.topic, good.key, b" " * self.rng.randint(70_000, LARGEST), good.headers)

    def _empty(self, good: Record) -> Record:
        return Record(good.topic, good.key, None, good.headers)

    def _under_a_foreign_key(self, good: Record) -> Record:
        return Record(good.topic, str(UUID(int=self.rng.getrandbits(128))).encode(), good.value, good.headers)
