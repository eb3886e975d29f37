from datetime import UTC, datetime, timedelta

from services.gateway.limits.windows import MovingWindow

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
MINUTE, SECOND, NONE = timedelta(minutes=1), timedelta(seconds=1), timedelta(0)


def test_the_share_is_free_again_when_the_oldest_hit_leaves_the_window() -> None:
    window = MovingWindow(3, MINUTE)
    for seconds in (0, 10, 20):
        assert window.wait("a", NOON + seconds * SECOND) == NONE
        window.hit("a", NOON + seconds * SECOND)

    assert window.wait("a", NOON + 30 * SECOND) == 30 * SECOND
    assert window.wait("a", NOON + 60 * SECOND) == NONE
    window.hit("a", NOON + 60 * SECOND)
    assert window.wait("a", NOON + 60 * SECOND) == 10 * SECOND


def test_one_who_had_his_share_is_in_nobody_elses_way() -> None:
    window = MovingWindow(1, MINUTE)
    window.hit("a", NOON)

    assert window.wait("a", NOON) > NONE
    assert window.wait("b", NOON) == NONE


def test_nought_is_without_limit_and_remembers_nobody() -> None:
    window = MovingWindow(0, MINUTE)
    window.hit("a", NOON)

    assert window.wait("a", NOON) == NONE
    assert len(window) == 0


def test_whoever_has_left_the_window_is_forgotten_with_the_next_hit() -> None:
    window = MovingWindow(5, MINUTE)
    for number in range(1000):
        window.hit(number, NOON)
    assert len(window) == 1000

    window.hit("a", NOON + 61 * SECOND)

    assert len(window) == 1


def test_no_more_are_remembered_than_there_is_room_for() -> None:
    window = MovingWindow(1, MINUTE, most_keys=10)
    for number in range(100):
        window.hit(number, NOON)

    assert len(window) == 10
    assert window.wait(99, NOON) > NONE


def test_hits_of_a_clock_that_was_put_back_shut_nobody_out() -> None:
    window = MovingWindow(1, MINUTE)
    window.hit("a", NOON + timedelta(hours=5))

    assert window.wait("a", NOON) == NONE
    window.hit("a", NOON)
    assert window.wait("a", NOON) == MINUTE
