"""What there is to show, and whether more will come."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.gateway.jobs.statuses import Status
from services.gateway.live.listening import job_in
from services.gateway.live.looks import Look
from shared.contactsheets import Extent
from shared.jobs import JobState
from tests.unit.gateway.site import NOW

RUNNING = Status(UUID(int=7), JobState.RUNNING, version=3, found=40, refused_by_reason={"timeout": 1})
READY = replace(RUNNING, state=JobState.COMPLETED, link_until=NOW + timedelta(minutes=20))


def test_the_tag_is_the_same_on_every_gateway_as_long_as_the_same_is_shown() -> None:
    tag = Look(RUNNING, downloadable=False).tag

    assert tag == Look(replace(RUNNING), downloadable=False).tag
    assert tag.startswith("3.")
    assert tag.isascii()
    assert '"' not in tag


@pytest.mark.parametrize(
    "other",
    [
        Look(replace(RUNNING, found=41), downloadable=False),
        Look(replace(RUNNING, version=4), downloadable=False),
        Look(RUNNING, downloadable=True),
        Look(RUNNING, downloadable=False, sheet=Extent(10, 10)),
    ],
)
def test_whatever_is_shown_otherwise_changes_the_tag(other: Look) -> None:
    assert other.tag != Look(RUNNING, downloadable=False).tag


def test_more_comes_until_the_page_has_everything() -> None:
    assert Look(RUNNING, downloadable=False).more_to_come
    assert Look(READY, downloadable=True, awaits_sheet=True).more_to_come
    assert Look(replace(READY, link_until=None), downloadable=True).more_to_come
    assert not Look(READY, downloadable=True).more_to_come
    assert not Look(replace(READY, link_until=NOW), downloadable=False).more_to_come
    assert not Look(replace(READY, state=JobState.CANCELLED), downloadable=False).more_to_come


def test_a_record_is_about_the_job_its_key_names() -> None:
    job_id = uuid4()

    assert job_in(str(job_id).encode()) == job_id
    assert [job_in(key) for key in (None, b"", b"raw", b"\xff" * 36)] == [None] * 4
