"""How long somebody has to wait: never longer than needed, and then it is free."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.limits.quotas import (
    DAY,
    HOUR,
    Accepted,
    Quotas,
    Rule,
    TooManyError,
    check_address,
    hour_of,
    wait_in_hours,
    wait_in_window,
)

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
MINUTE, TICK = timedelta(minutes=1), timedelta(milliseconds=1)


@given(
    ago=st.lists(st.integers(min_value=0, max_value=100), max_size=30).map(sorted),
    most=st.integers(min_value=1, max_value=10),
)
def test_after_the_wait_one_more_fits_into_the_window_and_not_before(ago: list[int], most: int) -> None:
    times = [NOON - minutes * MINUTE for minutes in reversed(ago)]

    wait = wait_in_window(times, most, HOUR, NOON)

    if wait is None:
        assert len([time for time in times if time > NOON - HOUR]) < most
    else:
        assert wait_in_window(times, most, HOUR, NOON + wait) is None
        assert wait_in_window(times, most, HOUR, NOON + wait - TICK) is not None


@given(
    accepted=st.builds(Accepted, st.integers(0, 50), st.integers(0, 50)),
    most=st.integers(min_value=1, max_value=40),
    passed=st.integers(min_value=0, max_value=3599),
)
def test_after_the_wait_the_sums_allow_one_more(accepted: Accepted, most: int, passed: int) -> None:
    now = NOON + timedelta(seconds=passed)
    wait = wait_in_hours(accepted, most, now)

    if wait is None:
        return
    then = now + wait + TICK
    at_that_time = accepted if hour_of(then) == NOON else Accepted(accepted.current, 0)
    if hour_of(then) > NOON + HOUR:
        at_that_time = Accepted()
    assert timedelta(0) <= wait <= 2 * HOUR
    assert wait_in_hours(at_that_time, most, then) is None


def test_in_no_hour_there_are_more_than_the_limit_while_all_come_evenly() -> None:
    assert wait_in_hours(Accepted(previous=60, current=30), 60, NOON + 30 * MINUTE) is not None
    assert wait_in_hours(Accepted(previous=60, current=29), 60, NOON + 30 * MINUTE) is None


def test_nought_is_without_limit() -> None:
    assert wait_in_hours(Accepted(10**6, 10**6), 0, NOON) is None
    assert wait_in_window([NOON] * 1000, 0, HOUR, NOON) is None


def test_of_hour_and_day_the_longer_wait_is_told() -> None:
    times = [NOON - 2 * HOUR, NOON - 5 * MINUTE, NOON - MINUTE]

    with pytest.raises(TooManyError) as refused:
        check_address(Quotas(address_hour=2, address_day=3), times, NOON)

    assert refused.value.wait == DAY - 2 * HOUR


@pytest.mark.parametrize(
    ("wait", "seconds", "words"),
    [
        (timedelta(0), 1, "in 1 second"),
        (timedelta(seconds=29.2), 30, "in 30 seconds"),
        (timedelta(seconds=89), 89, "in 89 seconds"),
        (timedelta(seconds=119), 119, "in 2 minutes"),
        (timedelta(seconds=121), 121, "in 3 minutes"),
        (timedelta(minutes=119), 7140, "in 119 minutes"),
        (timedelta(hours=47, seconds=1), 169201, "in 48 hours"),
        (timedelta(days=2), 172800, "in 2 days"),
    ],
)
def test_a_wait_is_told_in_whole_units_and_never_too_short(wait: timedelta, seconds: int, words: str) -> None:
    error = TooManyError(Rule.SITE, wait)

    assert error.seconds == seconds
    assert error.sentence.endswith(words)
