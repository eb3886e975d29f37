import asyncio
import tracemalloc
from datetime import timedelta

from services.gateway.limits.forgetting import forget_expired
from services.gateway.limits.windows import MOST_HITS, MOST_KEYS, MovingWindow
from shared.tasks import in_background

NOON = 1000.0
MINUTE, SECOND, NONE = timedelta(minutes=1), timedelta(seconds=1), timedelta(0)


def test_the_share_is_free_again_when_the_oldest_hit_leaves_the_window() -> None:
    window = MovingWindow(3, MINUTE)
    for seconds in (0, 10, 20):
        assert window.wait("a", NOON + seconds) == NONE
        window.hit("a", NOON + seconds)

    assert window.wait("a", NOON + 30) == 30 * SECOND
    assert window.wait("a", NOON + 60) == NONE
    window.hit("a", NOON + 60)
    assert window.wait("a", NOON + 60) == 10 * SECOND


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

    window.hit("a", NOON + 61)

    assert len(window) == 1


async def test_whoever_has_left_the_window_is_forgotten_also_when_nobody_comes_any_more() -> None:
    window, now = MovingWindow(5, MINUTE), NOON
    window.hit("a", now)
    async with in_background(forget_expired([window], lambda: now, every=0.001)):
        await asyncio.sleep(0.01)
        assert len(window) == 1
        now += 60
        async with asyncio.timeout(5):
            while len(window):
                await asyncio.sleep(0.001)


def test_no_more_are_remembered_than_there_is_room_for() -> None:
    window = MovingWindow(1, MINUTE, most_keys=10)
    for number in range(100):
        window.hit(number, NOON)

    assert len(window) == 10
    assert window.wait(99, NOON) > NONE


def test_no_more_hits_are_remembered_than_there_is_room_for() -> None:
    window = MovingWindow(10, MINUTE, most_hits=30)
    for number in range(100):
        window.hit(number // 10, NOON)

    assert len(window) == 3
    assert window.wait(9, NOON) > NONE


def test_a_hit_that_is_taken_back_leaves_nothing() -> None:
    window = MovingWindow(2, MINUTE)
    window.hit("a", NOON)
    window.hit("a", NOON + 1)

    window.take_back("a", NOON)
    assert window.wait("a", NOON + 1) == NONE
    window.take_back("a", NOON + 1)
    window.take_back("a", NOON + 1)
    assert len(window) == 0


def test_full_windows_are_small() -> None:
    tracemalloc.start()
    try:
        window = MovingWindow(MOST_HITS // MOST_KEYS, MINUTE)
        for number in range(MOST_HITS):
            window.hit(f"198.51.{number % MOST_KEYS}.1", NOON)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(window) == MOST_KEYS
    assert taken < 30 * 2**20 / 4  # there are four
