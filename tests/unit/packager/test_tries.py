from datetime import UTC, datetime

import pytest

from services.packager.tries import A_LITTLE_MORE, LONGEST_WAIT, MAX_TRIES, TryFailedError, failure_of, pause_after
from shared.refusals import Refusal

NOW = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "reason", "again"),
    [
        (404, Refusal.GONE, False),
        (410, Refusal.GONE, False),
        (401, Refusal.REFUSED_BY_HOST, False),
        (403, Refusal.REFUSED_BY_HOST, False),
        (451, Refusal.REFUSED_BY_HOST, False),
        (408, Refusal.REFUSED_BY_HOST, True),
        (425, Refusal.REFUSED_BY_HOST, True),
        (429, Refusal.REFUSED_BY_HOST, True),
        (500, Refusal.HOST_FAILED, True),
        (503, Refusal.HOST_FAILED, True),
        (204, Refusal.REFUSED_BY_HOST, False),
        (304, Refusal.REFUSED_BY_HOST, False),
    ],
)
def test_a_status_says_why_and_whether_another_try_may_help(status: int, reason: Refusal, again: bool) -> None:
    failed = failure_of(status, {}, now=NOW)

    assert (failed.reason, failed.again) == (reason, again)


def test_only_a_403_is_asked_again_with_the_page_it_was_found_on() -> None:
    assert failure_of(403, {}, now=NOW).forbidden
    assert not failure_of(401, {}, now=NOW).forbidden


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Fri, 20 Nov 2026 09:00:05 GMT", 5.0),
        ("Fri, 20 Nov 2026 08:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 09:00:05", None),  # no zone
        ("soon", None),
        ("-3", None),
        ("\u0667", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str, wait: float | None) -> None:
    assert failure_of(429, {"Retry-After": text}, now=NOW).wait == wait


def test_what_cannot_get_better_is_not_tried_again() -> None:
    assert pause_after(TryFailedError(Refusal.GONE), 1) is None


def test_another_try_comes_after_a_random_pause_that_grows() -> None:
    failed = TryFailedError(Refusal.UNREACHABLE, again=True)
    pauses = {tries: [pause_after(failed, tries) or 0.0 for _ in range(200)] for tries in (1, 2)}

    assert 0.9 < max(pauses[1]) <= 1.0
    assert 1.8 < max(pauses[2]) <= 2.0
    assert min(pauses[2]) < 0.2


def test_the_last_try_is_the_last() -> None:
    assert pause_after(TryFailedError(Refusal.UNREACHABLE, again=True), MAX_TRIES) is None


def test_the_host_decides_how_long_to_wait_within_reason() -> None:
    pauses = [pause_after(TryFailedError(Refusal.REFUSED_BY_HOST, again=True, wait=4.0), 1) or 0.0 for _ in range(200)]
    assert 4.0 <= min(pauses) < max(pauses) <= 4.0 + A_LITTLE_MORE
    assert pause_after(TryFailedError(Refusal.REFUSED_BY_HOST, again=True, wait=LONGEST_WAIT + 1), 1) is None
