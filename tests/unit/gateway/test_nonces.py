import dataclasses
from datetime import timedelta
from uuid import UUID

import pytest

from services.gateway.asking.forms import JobForm
from services.gateway.asking.nonces import Nonces, StaleFormError, job_id_of
from shared.filters import Colour, Filters
from tests.unit.gateway.site import KEY, NOW

FORM = JobForm("cats", 10, NOW, False, "a@example.com", "UTC")


def test_the_same_form_twice_is_the_same_job() -> None:
    assert job_id_of("nonce", FORM) == job_id_of("nonce", FORM)


@pytest.mark.parametrize(
    "change",
    [
        {"query": "dogs"},
        {"images": 11},
        {"due_at": NOW + timedelta(minutes=1)},
        {"address": "b@example.com"},
        {"time_zone": "Europe/Berlin"},
        {"filters": Filters(colour=Colour.TEAL)},
        {"filters": Filters(safe_search=False)},
    ],
)
def test_a_corrected_form_is_another_job(change: dict[str, object]) -> None:
    corrected = dataclasses.replace(FORM, **change)  # type: ignore[arg-type]

    assert job_id_of("nonce", corrected) != job_id_of("nonce", FORM)


def test_another_filter_is_another_job() -> None:
    teal, grey = (dataclasses.replace(FORM, filters=Filters(colour=colour)) for colour in (Colour.TEAL, Colour.GREY))

    assert job_id_of("nonce", teal) == job_id_of("nonce", teal) != job_id_of("nonce", grey)


def test_without_filters_the_id_is_what_it_was_before_there_were_any() -> None:
    assert job_id_of("nonce", FORM) == UUID("4a697eb7-ddb2-54f5-b556-2d86e3bd3b8a")


def test_now_is_the_same_job_a_moment_later_and_another_than_that_time_named() -> None:
    now = dataclasses.replace(FORM, at_once=True)
    later = dataclasses.replace(now, due_at=NOW + timedelta(seconds=3))

    assert job_id_of("nonce", now) == job_id_of("nonce", later) != job_id_of("nonce", FORM)


def test_the_same_wish_in_another_form_is_another_job() -> None:
    assert job_id_of("another", FORM) != job_id_of("nonce", FORM)


def test_a_nonce_comes_back_as_it_went_out() -> None:
    nonces = Nonces((KEY,), timedelta(hours=2))
    first, second = nonces.issue(), nonces.issue()

    assert nonces.read(first) == nonces.read(first) != nonces.read(second)


def test_a_nonce_outlives_a_change_of_keys() -> None:
    before = Nonces((KEY,), timedelta(hours=2)).issue()

    assert Nonces(("a newer key for tests", KEY), timedelta(hours=2)).read(before)


@pytest.mark.parametrize("signed", ["", "x", "a.b.c", "ü"])
def test_what_we_never_issued_is_stale(signed: str) -> None:
    with pytest.raises(StaleFormError):
        Nonces((KEY,), timedelta(hours=2)).read(signed)


def test_a_nonce_past_its_time_is_stale() -> None:
    nonces = Nonces((KEY,), timedelta(seconds=-1))

    with pytest.raises(StaleFormError):
        nonces.read(nonces.issue())
