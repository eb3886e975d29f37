import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.downloads import archive_run, disposition
from services.gateway.statuses import LinkExpiredError
from shared.errors import BadLinkError
from shared.jobs import JobState, JobView
from tests.unit.gateway.site import NOW

COMPLETED = JobView(uuid4(), JobState.COMPLETED, run=2, version=5, query="cats", archive_run=2)


@pytest.mark.parametrize("expires_in", [None, timedelta(seconds=1)])
def test_a_completed_job_hands_out_its_archive_until_it_expires(expires_in: timedelta | None) -> None:
    job = replace(COMPLETED, expires_at=NOW + expires_in if expires_in else None)

    assert archive_run(job, now=NOW) == 2


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
        archive_run(job, now=NOW)


@pytest.mark.parametrize("state", [JobState.SCHEDULED, JobState.RUNNING])
def test_before_the_end_there_is_nothing_to_hand_out(state: JobState) -> None:
    with pytest.raises(BadLinkError):
        archive_run(replace(COMPLETED, state=state), now=NOW)


def names(header: str) -> tuple[str, str]:
    match = re.fullmatch(r"attachment; filename=\"([^\"]*)\"; filename\*=UTF-8''(\S*)", header)
    assert match
    return match[1], unquote(match[2])


@pytest.mark.parametrize(
    ("query", "plain", "full"),
    [
        ("Best hd wallpaper", "Best-hd-wallpaper-images.zip", "Best hd wallpaper images.zip"),
        ("Käse & Brot", "Kase-Brot-images.zip", "Käse & Brot images.zip"),
        ("猫", "images.zip", "猫 images.zip"),
        ("../../etc/passwd", "etc-passwd-images.zip", "etc passwd images.zip"),
        ('a"; filename="b', "a-filename-b-images.zip", "a ; filename= b images.zip"),
        ("con", "con-images.zip", "con images.zip"),
        ("gpj.\u202esgnip", "gpj-sgnip-images.zip", "gpj.sgnip images.zip"),
    ],
)
def test_the_file_is_named_after_the_query(query: str, plain: str, full: str) -> None:
    assert names(disposition(query)) == (plain, full)


@given(st.text(max_size=200))
def test_no_query_breaks_the_header_or_leaves_the_folder(query: str) -> None:
    header = disposition(query)

    assert header.isascii()
    plain, full = names(header)
    assert re.fullmatch(r"[A-Za-z0-9-]+\.zip", plain)
    assert not set(full) & set('/\\:*?"<>|\0')
    assert not full.startswith(".")
