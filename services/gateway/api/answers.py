"""What the API answers, as models: they write the answers, and the OpenAPI document describes them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.gateway.web.documents import Answer
from shared.errors import Reason
from shared.events import Stage
from shared.jobs import JobState

Count = Annotated[int, Field(ge=0)]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]


class Engine(Answer):
    """One that the search has turned to."""

    engine: str
    ending: str = Field(
        description="`under_way`, `enough`, `exhausted`, `no_results`, or what has kept it from giving more;"
        " `cut_off` where the job was over before its end was known."
    )
    found: Count
    left_out: Count = Field(default=0, description="Results that the filters exclude; not among those found.")


class Archive(Answer):
    """The ZIP."""

    size: Count | None = Field(description="In bytes.")
    sha256: str | None
    pictures: Count | None


class Job(Answer):
    """How a job fares. Times are in UTC, counts are of pictures; what is not known yet is null."""

    state: Literal["accepted"] | JobState = Field(description="`accepted` until the scheduler has written it down.")
    version: Count = Field(description="Grows with every decision about the job.")
    stage: Stage | None = Field(description="While it runs.")
    query: str | None
    asked: Count | None = Field(description="How many were asked for.")
    filters: dict[str, str] = Field(
        description="The fields that ask for the same; those at their default are left out."
    )
    engines: list[Engine] = Field(description="In the order they were asked.")
    filters_ignored: dict[str, list[str]] = Field(description="By engine, the filters that it could not apply.")
    found: Count | None
    left_out: Count | None = Field(description="Results that the filters exclude; not among those found.")
    kept: Count | None = Field(description="How many are in the archive.")
    thumbnails: Count | None = Field(description="Those of the kept ones that are small copies and no originals.")
    refused: Count | None
    refused_by_reason: dict[str, Count]
    not_needed: Count | None = Field(description="Found, and left over when enough were good.")
    submitted_at: datetime | None
    due_at: datetime | None = Field(description="When it is to begin.")
    started_at: datetime | None
    ended_at: datetime | None
    archive: Archive | None
    link_until: datetime | None = Field(description="How long `download` works; known once its mail is out.")
    reason: Reason | None = Field(description="Why it failed.")
    url: Url = Field(description="This document's own address. Whoever has it may cancel and delete the job.")
    page: Url = Field(description="The same for people.")
    download: Url | None = Field(description="The archive, while it can be had.")


class Again(Answer):
    """Where a form lies, filled in with the same; nothing runs until it is sent."""

    form: Url


class Limits(Answer):
    max_images: int
    horizon_days: int = Field(description="How far ahead a job may lie.")
    link_minutes: float = Field(description="How long a download link lives from the mail on.")
    longest_query: int
    body_bytes: int = Field(description="The largest request.")


class FilterChoice(Answer):
    """A field that narrows the search; without `choices` it is a text."""

    name: str
    label: str
    default: str
    choices: dict[str, str] = Field(description="What each value means.")


class Root(Answer):
    """What this API is, what it allows, and where everything lies."""

    version: str
    time_zone: str = Field(description="Of whoever names none.")
    limits: Limits
    filters: list[FilterChoice]
    links: dict[str, Url]
