"""All rules of the form, on the texts a person sees."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.asking.due import Limits
from services.gateway.asking.forms import JobForm, Reading, read_form
from tests.unit.gateway.site import NOW, ROW, WRONG_ROWS


def read(changes: Mapping[str, object] | None = None, *, now: datetime = NOW, forgive_zone: bool = False) -> Reading:
    return read_form({**ROW, **(changes or {})}.items(), now=now, limits=Limits(), forgive_zone=forgive_zone)


def told(reading: Reading) -> dict[str, str]:
    return {name: str(wrong) for name, wrong in reading.problems.items()}


def test_valid_fields_are_a_job() -> None:
    reading = read({"time-zone": "Asia/Kolkata"})

    assert not reading.problems
    assert reading.form == JobForm(
        query="Best hd wallpaper",
        images=145,
        due_at=datetime(2021, 9, 20, 6, 11, tzinfo=UTC),
        twice=False,
        address="wsq.wee@example.com",
        time_zone="Asia/Kolkata",
    )


@pytest.mark.parametrize(("changes", "messages"), WRONG_ROWS)
def test_the_originals_cases_are_refused_with_one_message_each(
    changes: dict[str, object], messages: dict[str, str]
) -> None:
    assert told(read(changes)) == messages


def test_every_wrong_field_is_reported_at_once() -> None:
    everything_wrong = {"search-query": " ", "date": "2020-01-01", "time": "0:00", "email": "x", "images": "many"}

    assert told(read(everything_wrong)) == {
        "search-query": "Search query is required",
        "email": "Email is invalid",
        "images": "No of images must be a number",
        "date": "Date and time are in the past",
    }


def test_nothing_at_all_is_now_and_three_messages() -> None:
    reading = read_form([], now=NOW, limits=Limits())

    assert list(reading.problems) == ["search-query", "email", "images"]


@pytest.mark.parametrize("mentioned", [{"date": ""}, {"time": None}, {"when": "at"}, {"when": " AT "}])
def test_whoever_mentions_a_time_is_asked_for_one(mentioned: dict[str, object]) -> None:
    reading = read_form(mentioned.items(), now=NOW, limits=Limits())

    assert list(reading.problems) == ["search-query", "date", "time", "email", "images"]


@pytest.mark.parametrize(
    "said", [{"when": "now"}, {"when": "now", "date": "2020-01-01", "time": "noon"}, {"time-zone": "Asia/Kolkata"}]
)
def test_now_is_when_the_request_came_whatever_else_is_said(said: dict[str, object]) -> None:
    untimed = {name: value for name, value in ROW.items() if name not in ("date", "time")}
    form = read_form({**untimed, **said}.items(), now=NOW + timedelta(microseconds=1), limits=Limits()).form

    assert form is not None
    assert (form.due_at, form.at_once) == (NOW, True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": "abc"}, "No of images must be a number"),
        ({"images": "1.5"}, "No of images must be a number"),
        ({"images": "+5"}, "No of images must be a number"),
        ({"images": "\u0661\u0660"}, "No of images must be a number"),
        ({"images": "9" * 5000}, "No of images can not be greater than 500"),
        ({"images": "-" + "9" * 5000}, "No of images should be greater than 0"),
        ({"images": "--1"}, "No of images must be a number"),
        ({"images": True}, "No of images must be a number"),
        ({"images": 1.5}, "No of images must be a number"),
        ({"images": None}, "No of images is required"),
        ({"images": 501}, "No of images can not be greater than 500"),
        ({"search-query": "\u3000 \t"}, "Search query is required"),
        ({"search-query": "x" * 201}, "Search query can not be longer than 200 characters"),
        ({"search-query": "a\x00b"}, "Search query contains characters that can not be searched for"),
        ({"search-query": "a\nb"}, "Search query contains characters that can not be searched for"),
        ({"search-query": "a\ud800"}, "Search query contains characters that can not be searched for"),
        ({"search-query": 7}, "This must be a text"),
        ({"search-query": ["a"]}, "This must be a text"),
        ({"date": "20.09.2021"}, "Date must be written as YYYY-MM-DD"),
        ({"date": "2021-02-30"}, "Date must be written as YYYY-MM-DD"),
        ({"date": "\u0662\u0660\u0662\u0661-09-20"}, "Date must be written as YYYY-MM-DD"),
        ({"date": "0001-01-01"}, "Date and time are in the past"),
        ({"date": "2022-09-20"}, "Date can not be more than 366 days ahead"),
        ({"date": "9999-12-31"}, "Date can not be more than 366 days ahead"),
        ({"time": "24:00"}, "Time must be written as HH:MM"),
        ({"time": "11:41:00"}, "Time must be written as HH:MM"),
        ({"time": "noon"}, "Time must be written as HH:MM"),
        ({"email": "a@example.com, b@example.com"}, "Email is invalid"),
        ({"email": "a@example.com b@example.com"}, "Email is invalid"),
        ({"email": "Anna <a@example.com>"}, "Email is invalid"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "Email is invalid"),
        ({"email": "a@localhost"}, "Email is invalid"),
        ({"email": "jösé@example.com"}, "Email is invalid"),  # few relays carry it, and nobody could tell the person
        ({"email": "a@[127.0.0.1]"}, "Email is invalid"),
        ({"email": "\ud800@example.com"}, "Email is invalid"),
        ({"email": "x" * 65 + "@example.com"}, "Email is invalid"),
        ({"time-zone": "Mars/Base"}, "Time zone is not known; it is a name such as Europe/Berlin"),
        ({"when": "later"}, "When must be one of: now, at"),
        ({"whenever": "now"}, "There is no field of this name"),
    ],
)
def test_what_else_is_refused(changes: dict[str, object], message: str) -> None:
    (field,) = changes

    assert told(read(changes)) == {field: message}


@pytest.mark.parametrize(
    "changes",
    [
        {"images": "500"},
        {"images": "0001"},
        {"images": 145},
        {"time": "1:45"},
        {"search-query": "x" * 200},
        {"search-query": "Katzen \U0001f469‍\U0001f680 äöü"},
        {"email": "x" * 64 + "@example.com"},
        {"time-zone": ""},
        {"time-zone": None},
    ],
)
def test_what_else_is_accepted(changes: dict[str, object]) -> None:
    assert told(read(changes)) == {}


def test_the_query_loses_its_margins_only() -> None:
    form = read({"search-query": "  two  words "}).form

    assert form is not None
    assert form.query == "two  words"


def test_an_international_domain_is_written_as_mail_servers_want_it() -> None:
    form = read({"email": "user@exämple.com"}).form

    assert form is not None
    assert form.address == "user@xn--exmple-cua.com"


def test_a_field_given_twice_is_refused() -> None:
    reading = read_form([*ROW.items(), ("images", "10")], now=NOW, limits=Limits())

    assert told(reading) == {"images": "This field is given more than once"}
    assert reading.typed["images"] == "145"


@pytest.mark.parametrize("seconds", [0, 59, 119])
def test_the_minute_that_was_the_current_one_when_it_was_chosen_is_now(seconds: int) -> None:
    reading = read({"date": "2021-08-30", "time": "11:30"}, now=NOW + timedelta(seconds=seconds))

    assert told(reading) == {}
    assert reading.form is not None
    assert reading.form.due_at == NOW


def test_a_minute_that_began_two_minutes_ago_is_the_past() -> None:
    assert told(read({"date": "2021-08-30", "time": "11:28"}, now=NOW)) == {"time": "Date and time are in the past"}


def test_the_past_is_judged_by_the_persons_own_clock() -> None:
    assert told(read({"date": "2021-08-30", "time": "8:00", "time-zone": "America/New_York"})) == {}
    assert "time" in told(read({"date": "2021-08-30", "time": "12:00", "time-zone": "Asia/Kolkata"}))


def test_a_time_that_has_passed_is_still_readable_since_it_may_be_a_repeat() -> None:
    reading = read({"date": "2021-08-30", "time": "11:20"})

    assert reading.problems
    assert reading.form is not None


def test_a_time_the_clocks_skip_names_the_next() -> None:
    reading = read({"date": "2022-03-27", "time": "2:30", "time-zone": "Europe/Berlin"})

    assert told(reading) == {"time": "The clocks skip this time on that day; the next possible time is 03:00"}
    assert reading.form is None


def test_a_time_that_comes_twice_is_marked() -> None:
    form = read({"date": "2021-10-31", "time": "2:30", "time-zone": "Europe/Berlin"}).form

    assert form is not None
    assert form.twice


def test_a_zone_only_the_browser_knows_is_forgiven_where_no_time_is_meant_in_it() -> None:
    form = read({"when": "now", "time-zone": "Etc/Unknown"}, forgive_zone=True).form

    assert form is not None
    assert form.time_zone == "UTC"
    assert told(read({"time-zone": "Etc/Unknown"}, forgive_zone=True)).keys() == {"time-zone"}


def test_an_address_never_shows_in_what_is_logged() -> None:
    assert "example.com" not in repr(read().form)


@given(st.dictionaries(st.sampled_from([*ROW, "when", "time-zone", "other"]), st.text() | st.integers() | st.none()))
def test_no_input_does_more_than_be_refused(changes: dict[str, object]) -> None:
    reading = read(changes)

    assert (reading.form is not None) or reading.problems
