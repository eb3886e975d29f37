from shared.movement import Lag, Movement

BEHIND = {"inbox-0": Lag(5, 9)}


def observed(movement: Movement, *lags: dict[str, Lag], excused: bool = False) -> dict[str, float]:
    for seen in lags:
        movement.observe(seen, seconds=5, excused=lambda _place: excused)
    return movement.stalled(10)


def test_lag_that_stays_where_it_is_is_a_stall_after_its_time() -> None:
    movement = Movement()

    assert observed(movement, BEHIND, BEHIND) == {}
    assert observed(movement, BEHIND) == {"inbox-0": 10}
    assert observed(movement, BEHIND) == {"inbox-0": 15}


def test_lag_that_grows_and_is_worked_on_is_none() -> None:
    assert observed(Movement(), *({"inbox-0": Lag(at, 9 * at)} for at in range(1, 20))) == {}


def test_lag_that_only_grows_is_a_stall() -> None:
    assert observed(Movement(), *({"inbox-0": Lag(5, 9 + at)} for at in range(3))) == {"inbox-0": 10}


def test_nothing_to_do_is_no_stall() -> None:
    assert observed(Movement(), *[{"inbox-0": Lag(9, 9)}] * 9) == {}


def test_what_just_came_after_a_long_silence_is_no_stall() -> None:
    assert observed(Movement(), *[{"inbox-0": Lag(9, 9)}] * 9, {"inbox-0": Lag(9, 10)}) == {}


def test_one_dead_partition_is_not_hidden_by_a_busy_one() -> None:
    lags = ({"inbox-0": Lag(5, 9), "inbox-1": Lag(at, 99)} for at in range(9))

    assert list(observed(Movement(), *lags)) == ["inbox-0"]


def test_waiting_for_something_named_is_no_stall_and_begins_the_count_anew() -> None:
    movement = Movement()
    observed(movement, BEHIND, BEHIND, BEHIND)

    assert observed(movement, BEHIND, excused=True) == {}
    assert observed(movement, BEHIND) == {}


def test_a_partition_that_others_own_now_is_forgotten() -> None:
    movement = Movement()
    observed(movement, BEHIND, BEHIND, BEHIND)

    assert observed(movement, {}) == {}
    assert observed(movement, BEHIND, BEHIND) == {}
