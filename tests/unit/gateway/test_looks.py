"""What there is to show, and whether more will come."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.gateway.archives.sheets import AWAITED, Awaited, sheet_beside
from services.gateway.jobs.statuses import ACCEPTED, Status
from services.gateway.live.listening import job_in
from services.gateway.live.looks import Look
from services.gateway.pages.pending import Asked
from services.gateway.pages.status_page import _refresh_seconds
from services.packager.sealing import SHEET_SECONDS
from services.packager.sheetdrawing import PATIENCE_SECONDS
from shared.contactsheets import COMES_WITHIN, Extent, extent_of
from shared.errors import DependencyAwayError
from shared.jobs import JobState
from tests.unit.gateway.site import NOW, a_desk

RUNNING = Status(UUID(int=7), JobState.RUNNING, version=3, found=40, refused_by_reason={"timeout": 1})
SCHEDULED = replace(RUNNING, state=JobState.SCHEDULED, due_at=NOW + timedelta(hours=1))
READY = replace(RUNNING, state=JobState.COMPLETED, link_until=NOW + timedelta(minutes=20))


@dataclass(frozen=True)
class Shelf:
    """An archive whose sheet is `there`, or not; None: nobody can tell."""

    there: bool | None

    async def answers(self) -> bool:
        return self.there is not None

    async def size(self, _job_id: UUID, _run: int) -> int | None:
        return 9

    async def has_sheet(self, _job_id: UUID, _run: int) -> bool:
        if self.there is None:
            raise DependencyAwayError("archives", "away")
        return self.there

    async def sheet(self, _job_id: UUID, _run: int) -> bytes | None:
        return None


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


def test_just_after_the_end_the_rest_is_looked_for_more_often_and_nothing_else_is_shown() -> None:
    unmailed = Look(replace(READY, link_until=None), downloadable=True)

    assert replace(unmailed, fresh=True).more_comes_soon
    assert replace(unmailed, fresh=True).tag == unmailed.tag
    assert not unmailed.more_comes_soon
    assert not Look(READY, downloadable=True, fresh=True).more_comes_soon
    assert not Look(RUNNING, downloadable=False).more_comes_soon


@pytest.mark.parametrize(
    ("there", "ended", "expected"),
    [
        (True, timedelta(seconds=5), extent_of(9)),
        (False, timedelta(seconds=59), AWAITED),
        (False, timedelta(seconds=60), None),
        (None, timedelta(hours=1), AWAITED),
    ],
)
async def test_a_sheet_is_awaited_as_long_as_it_may_come_or_can_not_be_seen(
    tmp_path: Path, there: bool | None, ended: timedelta, expected: Extent | Awaited | None
) -> None:
    desk = replace(a_desk(tmp_path), archives=Shelf(there))
    status = replace(READY, archive_run=1, kept=9, ended_at=NOW - ended)

    assert await sheet_beside(desk, status) == expected


def test_a_sheet_has_the_time_that_the_packager_takes_for_it() -> None:
    assert COMES_WITHIN.total_seconds() >= PATIENCE_SECONDS + SHEET_SECONDS


@pytest.mark.parametrize(
    ("look", "pending", "seconds"),
    [
        (Look(replace(RUNNING, state=ACCEPTED), downloadable=False), None, 5),
        (Look(SCHEDULED, downloadable=False), None, 3600),
        (Look(SCHEDULED, downloadable=False), Asked.TIME, 5),
        (Look(replace(SCHEDULED, due_at=NOW), downloadable=False), None, 5),
        (Look(RUNNING, downloadable=False), None, 5),
        (Look(READY, downloadable=True, awaits_sheet=True), None, 5),
        (Look(replace(READY, link_until=None), downloadable=True), None, 5),
        (Look(READY, downloadable=True), None, None),
        (Look(READY, downloadable=True), Asked.DELETE, 5),
        (Look(replace(READY, state=JobState.FAILED), downloadable=False), None, None),
    ],
)
def test_without_scripts_a_page_comes_again_when_there_may_be_news(
    look: Look, pending: Asked | None, seconds: int | None
) -> None:
    assert _refresh_seconds(look, pending, NOW) == seconds


def test_a_record_is_about_the_job_its_key_names() -> None:
    job_id = uuid4()

    assert job_in(str(job_id).encode()) == job_id
    assert [job_in(key) for key in (None, b"", b"raw", b"\xff" * 36)] == [None] * 4
