from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from pydantic import ValidationError

from shared.errors import Reason
from shared.events import (
    EVENT_TYPES,
    ArchiveBuilt,
    Event,
    Failure,
    JobScheduled,
    JobStarted,
    JobSubmitted,
    MailDeferred,
    MailKind,
    MailRefused,
    MailReport,
    MailSent,
    RunFailed,
    SearchFinished,
)
from shared.topics import FLOW
from tests.unit.shared.samples import EVERY_EVENT, JOB_ID, LATER, NOW

EVERY_TYPE = pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=EVENT_TYPES)


def test_the_samples_hold_one_of_every_type() -> None:
    assert [type(event) for event in EVERY_EVENT] == list(EVENT_TYPES.values())


def test_types_are_named_after_their_facts() -> None:
    assert JobSubmitted.type_name() == "aid.job-submitted.v1"
    assert SearchFinished.type_name() == "aid.search-finished.v1"


@EVERY_TYPE
def test_every_type_flows_on_one_of_the_topics(kind: type[Event]) -> None:
    assert kind.topic in FLOW


@EVERY_TYPE
def test_no_type_has_room_for_an_address(kind: type[Event]) -> None:
    assert not {"email", "address", "recipient", "to"} & set(kind.model_fields)


@EVERY_TYPE
def test_only_those_who_search_learn_the_query(kind: type[Event]) -> None:
    assert ("query" in kind.model_fields) is (kind.__name__ in ("JobSubmitted", "SearchDue"))


def test_an_event_id_is_the_same_on_every_machine_and_in_every_release() -> None:
    assert JobStarted(job_id=JOB_ID, sequence=2).event_id == UUID("7576bc03-2d90-5860-9cc6-7a0a6cc39c3a")


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: type(event).__name__)
def test_a_repeat_has_the_same_id_and_anything_else_another(event: Event) -> None:
    repeat = type(event).model_validate_json(event.model_dump_json())
    others = [
        event.model_copy(update={"job_id": UUID(int=1)}),
        event.model_copy(update={"run": event.run + 1}),
        event.model_copy(update={"sequence": event.sequence + 1}),
        *(other for other in EVERY_EVENT if other is not event),
    ]

    assert repeat.event_id == event.event_id
    assert event.event_id not in {other.event_id for other in others}


def test_reports_on_different_mails_of_a_job_differ() -> None:
    reports: list[MailReport] = [MailRefused(job_id=JOB_ID, kind=kind) for kind in MailKind]
    reports += [MailSent(job_id=JOB_ID, kind=kind, accepted_at=NOW) for kind in MailKind]
    reports += [MailDeferred(job_id=JOB_ID, sequence=1, kind=MailKind.READY, not_before=at) for at in (NOW, LATER)]

    assert len({report.event_id for report in reports}) == len(reports)


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        JobStarted(job_id=JOB_ID).sequence = 3  # type: ignore[misc]


def test_a_field_of_a_newer_producer_is_ignored() -> None:
    told = JobStarted.model_validate_json(f'{{"job_id": "{JOB_ID}", "mood": "good"}}')

    assert told == JobStarted(job_id=JOB_ID)


def test_an_archive_of_an_older_packager_holds_no_thumbnails() -> None:
    (sample,) = [event for event in EVERY_EVENT if isinstance(event, ArchiveBuilt)]

    assert ArchiveBuilt.model_validate(sample.model_dump(exclude={"thumbnails"})).thumbnails == 0


def test_times_are_utc_and_no_finer_than_what_is_stored() -> None:
    there = datetime(2026, 3, 3, 18, 42, 5, 123_987, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    event = JobScheduled(job_id=JOB_ID, due_at=there)

    assert event.due_at == NOW
    assert event.due_at.tzinfo == UTC


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (JobScheduled, {"due_at": datetime(2026, 3, 3, 13, 12)}),  # noqa: DTZ001 - naive on purpose
        (JobStarted, {"run": -1}),
        (JobStarted, {"sequence": -1}),
        (JobSubmitted, {"query": "", "images": 1, "due_at": NOW, "submitted_at": NOW}),
        (JobSubmitted, {"query": "x" * 501, "images": 1, "due_at": NOW, "submitted_at": NOW}),
        (JobSubmitted, {"query": "x", "images": 0, "due_at": NOW, "submitted_at": NOW}),
        (ArchiveBuilt, {"found": 3, "kept": 0, "size": 0, "sha256": ""}),
        (RunFailed, {"failure": "maybe", "reason": Reason.BLOCKED}),
        (RunFailed, {"failure": Failure.FINAL, "reason": "full_moon"}),
    ],
)
def test_what_makes_no_sense_cannot_be_said(kind: type[Event], fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate({"job_id": JOB_ID} | fields)


@pytest.mark.parametrize(
    ("kind", "forged"),
    [
        (JobSubmitted, {"images": 10_001}),
        (JobSubmitted, {"images": 0}),
        (JobSubmitted, {"query": ""}),
        (JobSubmitted, {"query": "x" * 501}),
        (JobSubmitted, {"run": 2**31}),
        (JobSubmitted, {"sequence": 2**63}),
        (ArchiveBuilt, {"found": 2**31}),
        (ArchiveBuilt, {"kept": 0}),
        (ArchiveBuilt, {"sha256": "no digest"}),
        (ArchiveBuilt, {"refused": {"gone": -1}}),
        (ArchiveBuilt, {"refused": {"x" * 51: 1}}),
        (ArchiveBuilt, {"stopped_because": "x" * 51}),
    ],
)
def test_what_no_service_of_ours_would_write_is_no_event(kind: type[Event], forged: dict[str, object]) -> None:
    """A handler would stumble over it, where Cassandra keeps no such number."""
    (sample,) = [event for event in EVERY_EVENT if type(event) is kind]

    with pytest.raises(ValidationError):
        kind.model_validate(sample.model_dump() | forged)
