from shared.tolerance import MISMATCHES_PER_BUG, Exceeded, Tolerance

MOST = 10


def bugs(tolerance: Tolerance, count: int, *, start: int = 0, kind: str = "kind") -> list[Exceeded | None]:
    return [tolerance.bug(kind, f"job {number}") for number in range(start, start + count)]


def test_as_many_different_jobs_in_a_row_as_allowed_exceed_it() -> None:
    assert bugs(Tolerance(MOST), MOST) == [None] * (MOST - 1) + [Exceeded(MOST, MOST)]


def test_one_odd_job_may_fail_as_often_as_it_likes() -> None:
    tolerance = Tolerance(MOST)

    assert [tolerance.bug("kind", "the odd one") for _ in range(500)] == [None] * 500


def test_a_success_in_between_begins_the_row_anew() -> None:
    tolerance = Tolerance(MOST)

    for number in range(MOST * 9):
        if number % (MOST - 1) == 0:
            for good in range(MOST):
                tolerance.success("kind", f"good {good}")
        assert tolerance.bug("kind", f"job {number}") is None


def test_more_failures_than_successes_exceed_it_in_the_end() -> None:
    tolerance = Tolerance(MOST)
    outcomes = []

    for number in range(MOST):
        outcomes += bugs(tolerance, 3, start=3 * number)
        tolerance.success("kind", f"good {number}")

    assert outcomes.index(Exceeded(2 * MOST, 2 * MOST + 6)) == 2 * MOST - 1


def test_what_was_long_ago_is_forgotten() -> None:
    tolerance = Tolerance(MOST)
    bugs(tolerance, MOST - 1)

    for number in range(10 * MOST):
        tolerance.success("kind", f"good {number}")

    assert bugs(tolerance, MOST - 1, start=100) == [None] * (MOST - 1)


def test_a_handler_that_always_fails_is_not_hidden_by_others_that_work() -> None:
    tolerance = Tolerance(MOST)
    outcomes = []

    for number in range(MOST):
        for kind in "abcde":
            tolerance.success(kind, f"job {number}")
        outcomes.append(tolerance.bug("broken", f"job {number}"))

    assert outcomes[-1] == Exceeded(MOST, MOST)


def test_a_mismatch_is_the_weaker_sign() -> None:
    tolerance = Tolerance(MOST)
    limit = MOST * MISMATCHES_PER_BUG

    outcomes = [tolerance.mismatch("kind", f"job {number}") for number in range(limit)]

    assert outcomes == [None] * (limit - 1) + [Exceeded(limit, limit)]


def test_bugs_and_mismatches_are_counted_apart() -> None:
    tolerance = Tolerance(MOST)

    assert bugs(tolerance, MOST - 1)[-1] is None
    assert tolerance.mismatch("kind", "another") is None


def test_none_is_any_number() -> None:
    tolerance = Tolerance(0)

    assert bugs(tolerance, 500) == [None] * 500
    assert [tolerance.mismatch("kind", str(number)) for number in range(2000)] == [None] * 2000
