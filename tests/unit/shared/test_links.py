from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from shared.errors import BadLinkError
from shared.filters import Colour, Filters
from shared.links import Links, SignedJob, Wish
from tests.unit.shared.samples import JOB_ID

OLD, NEW = "an-old-key-of-ours", "the-newest-key-of-ours"
HERE = "https://images.example.org"
LINKS = Links((NEW, OLD), HERE)


def token(link: str) -> str:
    return link.rpartition("/")[2]


def test_a_link_leads_to_the_public_address_and_back_to_its_job() -> None:
    status, download = LINKS.status(JOB_ID), LINKS.download(JOB_ID)

    assert status.startswith(f"{HERE}/jobs/")
    assert download.startswith(f"{HERE}/download/")
    for read in (LINKS.read_status(token(status)), LINKS.read_download(token(download))):
        assert read.job_id == JOB_ID
        assert datetime.now(UTC) - read.signed_at < timedelta(seconds=5)


def test_a_slash_at_the_end_of_the_public_address_changes_nothing() -> None:
    assert Links((NEW,), f"{HERE}/").status(JOB_ID).startswith(f"{HERE}/jobs/")


@settings(deadline=None)  # other tests may hold the processor
@given(query=st.text(max_size=500), images=st.integers(min_value=1, max_value=500))
def test_a_retry_link_holds_the_whole_wish_in_letters_that_need_no_escaping(query: str, images: int) -> None:
    link = LINKS.retry(Wish(query, images))

    assert LINKS.read_retry(token(link)) == Wish(query, images)
    assert set(token(link)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_a_retry_link_holds_the_filters_too() -> None:
    wish = Wish("cats", 7, Filters(colour=Colour.TEAL, safe_search=False, site="example.com"))

    assert LINKS.read_retry(token(LINKS.retry(wish))) == wish


def test_a_retry_link_made_before_there_were_filters_still_opens() -> None:
    before = URLSafeTimedSerializer([NEW], salt="retry").dumps(["cats", 7])

    assert LINKS.read_retry(str(before)) == Wish("cats", 7, Filters())


def test_the_longest_query_makes_a_link_that_every_mail_program_takes() -> None:
    assert len(LINKS.retry(Wish("🐼" * 500, 500))) < 8000


def test_links_of_the_former_key_are_good_until_it_is_taken_away() -> None:
    before, without = Links((OLD,), HERE), Links((NEW,), HERE)
    link = token(before.status(JOB_ID))

    assert LINKS.read_status(link).job_id == JOB_ID
    with pytest.raises(BadLinkError):
        without.read_status(link)


def test_the_newest_key_signs() -> None:
    link = token(LINKS.status(JOB_ID))

    assert Links((NEW,), HERE).read_status(link).job_id == JOB_ID
    with pytest.raises(BadLinkError):
        Links((OLD,), HERE).read_status(link)


def test_a_link_for_one_purpose_is_none_for_another() -> None:
    status, download, retry = LINKS.status(JOB_ID), LINKS.download(JOB_ID), LINKS.retry(Wish("x", 1))

    for read, links in (
        (LINKS.read_status, (download, retry)),
        (LINKS.read_download, (status, retry)),
        (LINKS.read_retry, (status, download)),
    ):
        for link in links:
            with pytest.raises(BadLinkError):
                read(token(link))


@settings(deadline=None)  # other tests may hold the processor
@given(st.text())
def test_any_text_is_a_bad_link(text: str) -> None:
    for read in (LINKS.read_status, LINKS.read_download, LINKS.read_retry):
        with pytest.raises(BadLinkError):
            read(text)


@settings(deadline=None)  # other tests may hold the processor
@given(place=st.integers(min_value=0), sign=st.sampled_from("abcXYZ019-_."))
def test_a_changed_sign_leads_nowhere_else(place: int, sign: str) -> None:
    good = token(LINKS.download(JOB_ID))
    place %= len(good)

    try:
        read = LINKS.read_download(good[:place] + sign + good[place + 1 :])
    except BadLinkError:
        return
    assert read == LINKS.read_download(good)  # base64 ignores the last bits of a signature


def test_a_signature_of_one_job_does_not_serve_another() -> None:
    mine, other = token(LINKS.status(JOB_ID)), token(LINKS.status(uuid4()))
    payload, rest = other.rpartition(".")[0], mine.rpartition(".")[2]

    with pytest.raises(BadLinkError):
        LINKS.read_status(f"{payload}.{rest}")


def test_what_is_read_says_nothing_of_the_key() -> None:
    read = LINKS.read_status(token(LINKS.status(JOB_ID)))

    assert isinstance(read, SignedJob)
    assert NEW not in repr(LINKS)
