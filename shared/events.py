"""Every message that flows, by topic. The only place where their shapes are written.

All are facts. The key is the job id. None carries an e-mail address; the query is only in `JobSubmitted`
and `SearchDue`. Adding an optional field keeps a type at v1; anything else is a new class and a new topic version.
"""

import re
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import Reason
from shared.fields import MOST_COUNTED, Count, Images, Moment, Query, Refusals
from shared.filters import Filters
from shared.topics import IMAGE_BATCHES, JOB_DUE, JOB_INBOX, JOB_LIFECYCLE, JOB_PROGRESS, Topic


class Event(BaseModel):
    """What all messages share.

    `run` is the attempt that speaks, from 1; 0 where the message is about the job and not an attempt.
    `sequence` tells messages of one type and run apart; in a decided fact it is the job's version.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    topic: ClassVar[Topic]

    job_id: UUID
    run: Count = 0
    sequence: int = Field(default=0, ge=0, le=2**63 - 1)

    @classmethod
    def type_name(cls) -> str:
        """`JobSubmitted` is `aid.job-submitted.v1`."""
        return f"aid.{re.sub(r'(?<!^)(?=[A-Z])', '-', cls.__name__).lower()}.v1"

    @property
    def event_id(self) -> UUID:
        """The same for every repeat of this message, so that a consumer may drop what it has seen."""
        return uuid5(self.job_id, "/".join((self.type_name(), str(self.run), str(self.sequence), *self._also())))

    def _also(self) -> tuple[str, ...]:
        """What else tells two messages apart."""
        return ()


class MailKind(StrEnum):
    STARTED = "started"
    READY = "ready"
    ERROR = "error"


# job-inbox.v1: what the scheduler decides on


class Inbox(Event):
    topic = JOB_INBOX


class JobSubmitted(Inbox):
    query: Query
    images: Images
    due_at: Moment
    submitted_at: Moment
    filters: Filters = Filters()


class CancelRequested(Inbox):
    pass


class DeleteRequested(Inbox):
    pass


class RescheduleRequested(Inbox):
    """`sequence` is `asked_at` in milliseconds since 1970, so that two requests differ."""

    due_at: Moment
    asked_at: Moment


class Failure(StrEnum):
    """What the scheduler does about a failed run: try again, give up, or restart without counting it."""

    RETRYABLE = "retryable"
    FINAL = "final"
    INTERRUPTED = "interrupted"


class RunFailed(Inbox):
    """`not_before`: when another run may do better, if that is known."""

    failure: Failure
    reason: Reason
    not_before: Moment | None = None


class ArchiveBuilt(Inbox):
    """The ZIP of this run is whole and in its place. `size` in bytes.

    `thumbnails`: so many of those kept are small copies and no originals.
    `stopped_because` is how the search ended: enough, exhausted, blocked, …
    """

    found: Count
    kept: int = Field(ge=1, le=MOST_COUNTED)
    thumbnails: Count = 0
    refused: Refusals = Field(default_factory=dict)
    size: int = Field(ge=0, le=2**63 - 1)
    sha256: str = Field(pattern="^[0-9a-f]{1,64}$")
    stopped_because: str = Field(default="", max_length=50)


class MailReport(Inbox):
    kind: MailKind

    def _also(self) -> tuple[str, ...]:
        return (self.kind,)


class MailSent(MailReport):
    accepted_at: Moment


class MailDeferred(MailReport):
    """The relay asks for patience, is away, or somebody else is at it. `sequence` is the number of attempts so far."""

    not_before: Moment

    def _also(self) -> tuple[str, ...]:
        return (*super()._also(), self.not_before.isoformat())


class MailRefused(MailReport):
    """No copy will be sent any more."""


# job-due.v1: work for the scraper


class SearchDue(Event):
    topic = JOB_DUE

    query: Query
    images: Images
    filters: Filters = Filters()


# image-batches.v1: work for the packager


class Batches(Event):
    topic = IMAGE_BATCHES


class ImagesFound(Batches):
    """`sequence` is the batch, from 1; its addresses are in Cassandra by now."""

    found: Count


class SearchFinished(Batches):
    found: Count


# job-lifecycle.v1: decided facts, in order per job; `sequence` is the job's version


class Fact(Event):
    topic = JOB_LIFECYCLE


class JobScheduled(Fact):
    due_at: Moment


class JobStarted(Fact):
    pass


class JobCompleted(Fact):
    """`mail_not_after`: after that moment the ready mail is no longer sent. `thumbnails`: so many of those kept."""

    asked: Count
    found: Count
    kept: Count
    thumbnails: Count = 0
    refused: Refusals
    mail_not_after: Moment


class JobFailed(Fact):
    reason: Reason
    mail_not_after: Moment


class JobCancelled(Fact):
    pass


class JobExpired(Fact):
    """Whoever holds something of this job deletes it now."""


class MailDue(Fact):
    kind: MailKind
    mail_not_after: Moment


# job-progress.v1: counts while it runs; may be dropped, never decided on


class Stage(StrEnum):
    SEARCH = "search"
    PACK = "pack"


class JobProgressed(Event):
    topic = JOB_PROGRESS

    stage: Stage
    found: Count = 0
    kept: Count = 0
    refused: Count = 0
    at: Moment


def concrete_types(parent: type[Event]) -> list[type[Event]]:
    """The message types below `parent`, such as all that may lie in the inbox."""
    children = parent.__subclasses__()
    return [leaf for child in children for leaf in concrete_types(child)] if children else [parent]


EVENT_TYPES: dict[str, type[Event]] = {event.type_name(): event for event in concrete_types(Event)}
"""Every message type by its CloudEvents `type`."""
