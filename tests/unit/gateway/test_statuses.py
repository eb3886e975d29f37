from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from services.gateway.api.answers import Archive, Engine
from services.gateway.api.documents import document_of
from services.gateway.jobs.finding import running_status, status_of_row, told_by
from services.gateway.jobs.statuses import Status
from shared.claims import Counts, Heartbeat
from shared.events import Stage
from shared.filters import Colour, Filters
from shared.jobs import JobState, JobView
from shared.searches import Asked, Search
from tests.unit.gateway.site import NOW, a_desk

RUNNING = JobView(uuid4(), JobState.RUNNING, run=1, version=2, query="cats", images=100, due_at=NOW)
FAILED = replace(RUNNING, state=JobState.FAILED)
COMPLETED = replace(RUNNING, state=JobState.COMPLETED, found=120, kept=90, refused={"html": 3, "timeout": 2})


def test_a_run_that_has_not_beaten_yet_is_searching() -> None:
    status = running_status(RUNNING, None, None)

    assert (status.stage, status.found, status.kept) == (Stage.SEARCH, None, None)


def test_while_it_searches_the_beat_says_what_is_found() -> None:
    status = running_status(RUNNING, Heartbeat(NOW, Counts(found=40)), None)

    assert (status.stage, status.found, status.kept) == (Stage.SEARCH, 40, None)


def test_while_it_packs_both_beats_count() -> None:
    status = running_status(
        RUNNING, Heartbeat(NOW, Counts(found=120)), Heartbeat(NOW, Counts(found=80, kept=50, refused=4))
    )

    assert (status.stage, status.found, status.kept, status.refused) == (Stage.PACK, 120, 50, 4)


def test_the_total_found_is_never_less_than_what_the_engines_have_given() -> None:
    beats = running_status(RUNNING, Heartbeat(NOW, Counts(found=81)), None)
    engines = (Asked("google", "exhausted", found=81), Asked("bing", "under_way", found=30))

    assert told_by(Search(finished=False, found=0, asked=engines), beats).found == 111
    assert told_by(Search(finished=False, found=0, asked=engines[1:]), beats).found == 81
    assert told_by(None, beats) == beats


def test_no_engine_searches_for_a_job_that_has_ended() -> None:
    search = Search(finished=False, found=0, asked=(Asked("google", "blocked"), Asked("bing", "under_way")))
    running, failed = told_by(search, status_of_row(RUNNING)), told_by(search, status_of_row(FAILED))

    assert [one.ending for one in running.engines] == ["blocked", "under_way"]
    assert [one.ending for one in failed.engines] == ["blocked", "cut_off"]


def test_a_job_that_came_to_nothing_tells_what_there_was(tmp_path: Path) -> None:
    search = Search(finished=False, found=0, asked=(Asked("google", "exhausted", left_out=37),))

    document = document_of(a_desk(tmp_path), told_by(search, status_of_row(FAILED)))

    assert (document.found, document.left_out, document.engines[0].left_out) == (0, 37, 37)


def test_at_the_end_the_row_says_it_all() -> None:
    status = status_of_row(COMPLETED)

    assert (status.asked, status.found, status.kept, status.refused) == (100, 120, 90, 5)
    assert status.refused_by_reason == {"html": 3, "timeout": 2}
    assert status.not_needed == 120 - 90 - 5
    assert status.thumbnails is None  # of a job from before they were counted
    assert status_of_row(replace(COMPLETED, thumbnails=4)).thumbnails == 4


def test_a_program_is_told_how_many_of_those_kept_are_thumbnails(tmp_path: Path) -> None:
    document = document_of(a_desk(tmp_path), status_of_row(replace(COMPLETED, thumbnails=4)))

    assert (document.kept, document.thumbnails, document.not_needed) == (90, 4, 25)


def test_a_program_is_told_what_the_archive_is_and_how_each_engine_ended(tmp_path: Path) -> None:
    job = replace(COMPLETED, archive_run=1, archive_size=1234, archive_sha256="ab" * 32)
    status = replace(status_of_row(job), engines=(Asked("google", "blocked", found=12),))

    document = document_of(a_desk(tmp_path), status)

    assert document.version == 2
    assert document.archive == Archive(size=1234, sha256="ab" * 32, pictures=90)
    assert document.engines == [Engine(engine="google", ending="blocked", found=12)]
    assert document_of(a_desk(tmp_path), status_of_row(RUNNING)).archive is None


def test_the_filters_are_shown_while_it_runs_and_at_the_end() -> None:
    filters = Filters(colour=Colour.TEAL)

    assert running_status(replace(RUNNING, filters=filters), None, None).filters == filters
    assert status_of_row(replace(COMPLETED, filters=filters)).filters == filters


def test_only_engines_that_were_asked_and_could_not_apply_a_filter_are_named() -> None:
    engines = (
        Asked("google", "cooling_down", ignored=("colour",)),
        Asked("bing", "exhausted"),
        Asked("openverse", "enough", ignored=("colour", "age")),
    )

    assert Status(uuid4(), "running", engines=engines).ignored == {"openverse": ("colour", "age")}


def test_a_completed_job_can_be_downloaded_until_its_link_expires() -> None:
    status = status_of_row(replace(COMPLETED, expires_at=NOW))

    assert status.downloadable(NOW - timedelta(seconds=1))
    assert not status.downloadable(NOW)
    assert not status_of_row(RUNNING).downloadable(NOW)


def test_a_page_keeps_asking_until_the_job_has_ended() -> None:
    assert not Status(uuid4(), "accepted").ended
    assert not status_of_row(RUNNING).ended
    assert status_of_row(COMPLETED).ended
