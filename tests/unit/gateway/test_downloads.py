from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.gateway.archives.downloads import archive_of
from services.gateway.archives.handing import Archive
from services.gateway.jobs.statuses import LinkExpiredError
from shared.errors import BadLinkError
from shared.jobs import JobState, JobView
from tests.unit.gateway.site import NOW

COMPLETED = JobView(uuid4(), JobState.COMPLETED, run=2, version=5, query="cats", archive_run=2)


@pytest.mark.parametrize("expires_in", [None, timedelta(seconds=1)])
def test_a_completed_job_hands_out_its_archive_until_it_expires(expires_in: timedelta | None) -> None:
    job = replace(COMPLETED, expires_at=NOW + expires_in if expires_in else None)

    assert archive_of(job, now=NOW) == Archive(job.job_id, 2, "cats", left=expires_in)


@pytest.mark.parametrize(
    "job",
    [
        None,
        replace(COMPLETED, expires_at=NOW),
        replace(COMPLETED, state=JobState.EXPIRED),
        replace(COMPLETED, state=JobState.FAILED),
        replace(COMPLETED, state=JobState.CANCELLED),
    ],
)
def test_what_is_over_is_an_expired_link(job: JobView | None) -> None:
    with pytest.raises(LinkExpiredError):
        archive_of(job, now=NOW)


@pytest.mark.parametrize("state", [JobState.SCHEDULED, JobState.RUNNING])
def test_before_the_end_there_is_nothing_to_hand_out(state: JobState) -> None:
    with pytest.raises(BadLinkError):
        archive_of(replace(COMPLETED, state=state), now=NOW)
