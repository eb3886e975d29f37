"""What is to be done when: two lanes, and books of what is open and done in each bucket."""

from datetime import timedelta
from uuid import uuid4

from services.scheduler.agenda import LATE, NEAR, OVERDUE, Agenda
from services.scheduler.job import Timer, TimerKind
from services.scheduler.pace import Pace
from tests.unit.scheduler.jobs import NOON, minutes

SECOND = timedelta(seconds=1)


def timer(due_in: timedelta, kind: TimerKind = TimerKind.RELEASE) -> Timer:
    return Timer(NOON + due_in, uuid4(), kind)


def an_agenda(*timers: Timer) -> Agenda:
    agenda = Agenda()
    agenda.meet(NOON, timers, NOON)
    return agenda


def due(agenda: Agenda, after: timedelta, at_most: int = 10_000) -> list[Timer]:
    return [entry.timer for entry in agenda.take_due(NOON + after, at_most)]


def test_what_is_due_is_taken_once_and_in_its_order() -> None:
    timers = [timer(SECOND * n) for n in (3, 1, 2, 9)]
    agenda = an_agenda(*timers)

    assert due(agenda, 5 * SECOND, at_most=2) == sorted(timers)[:2]
    assert due(agenda, 5 * SECOND) == sorted(timers)[2:3]
    assert agenda.next_at == NOON + 9 * SECOND


def test_what_was_long_overdue_when_it_was_met_waits_apart_oldest_first() -> None:
    old, older, recent = timer(-2 * LATE), timer(-3 * LATE), timer(-LATE)
    agenda = an_agenda(old, older, recent)

    assert due(agenda, minutes(0)) == [recent]
    assert [entry.timer for entry in agenda.take_late(1)] == [older]
    assert agenda.late == 1


def test_a_timer_that_was_met_in_time_is_not_late_because_nobody_had_time_for_it() -> None:
    waiting = timer(SECOND)

    assert due(an_agenda(waiting), 2 * LATE) == [waiting]


def test_a_row_is_met_once_until_it_is_armed_again() -> None:
    """A job moved away and back to the same minute has the timer that has fired already."""
    moved = timer(SECOND)
    agenda = an_agenda(moved)
    (entry,) = agenda.take_due(NOON + SECOND, 1)
    agenda.done(entry)

    assert not agenda.meet(NOON, [moved], NOON)
    agenda.arm(NOON, moved, NOON)
    agenda.arm(NOON, moved, NOON)

    assert agenda.is_open(NOON)
    assert due(agenda, minutes(1)) == [moved]


def test_what_comes_near_is_named_once_and_no_more_than_there_is_room_for() -> None:
    agenda = an_agenda(*(timer(SECOND * n / 1000) for n in range(1, NEAR + 11)))

    first = agenda.come_near(NOON + 10 * SECOND)
    assert agenda.come_near(NOON + 10 * SECOND) == []
    assert len(due(agenda, SECOND / 100)) == 10
    second = agenda.come_near(NOON + 10 * SECOND)

    assert (len(first), len(second)) == (NEAR, 10)
    assert len(due(agenda, 10 * SECOND)) == NEAR


def test_a_timer_put_off_fires_later_and_leaves_its_bucket() -> None:
    agenda, following = an_agenda(timer(SECOND)), NOON + minutes(15)
    (entry,) = agenda.take_due(NOON + SECOND, 1)

    agenda.put_off(entry, following, NOON + minutes(16))

    assert (agenda.is_open(NOON), agenda.is_open(following)) == (False, True)
    assert due(agenda, minutes(15)) == []
    assert due(agenda, minutes(16)) == [entry.timer]


def test_only_lengths_of_time_are_brought_forward() -> None:
    watchdog, release = timer(minutes(61), TimerKind.WATCHDOG), timer(minutes(61))
    agenda = an_agenda(watchdog, release)

    agenda.bring_forward({TimerKind.WATCHDOG}, by=minutes(60))

    assert due(agenda, minutes(1)) == [watchdog]
    assert due(agenda, minutes(61)) == [release]


def test_a_bucket_that_was_passed_is_forgotten() -> None:
    agenda = an_agenda(timer(SECOND))

    agenda.forget_before(NOON + SECOND)

    assert not agenda.was_met(NOON)


def test_a_pace_allows_so_many_in_a_second_and_saves_up_no_more_than_that() -> None:
    pace = Pace(20)

    assert pace.take(100, at=0) == 20
    assert pace.take(100, at=0.25) == 5
    assert pace.take(3, at=1000) == 3
    assert pace.take(100, at=1000) == 17


def test_what_waits_is_counted_by_kind_until_it_is_taken() -> None:
    agenda = an_agenda(timer(SECOND), timer(2 * SECOND), timer(-2 * LATE, TimerKind.CLEAN_UP))
    assert agenda.ahead == {TimerKind.RELEASE: 2, TimerKind.CLEAN_UP: 1}

    due(agenda, SECOND)
    agenda.take_late(1)
    assert agenda.ahead == {TimerKind.RELEASE: 1, TimerKind.CLEAN_UP: 0}


def test_a_timer_counts_as_overdue_until_it_is_done_with_wherever_it_waits() -> None:
    agenda = an_agenda(timer(SECOND), timer(2 * SECOND), timer(-2 * LATE), timer(minutes(1)))
    assert agenda.overdue(NOON + OVERDUE) == 1
    assert agenda.overdue(NOON + OVERDUE + 3 * SECOND) == 3

    (entry,) = agenda.take_due(NOON + SECOND, 1)
    assert agenda.overdue(NOON + OVERDUE + 3 * SECOND) == 3
    agenda.done(entry)
    assert agenda.overdue(NOON + OVERDUE + 3 * SECOND) == 2


def test_what_was_put_off_is_not_overdue_before_it_is_to_fire_again() -> None:
    agenda = an_agenda(timer(SECOND))
    (entry,) = agenda.take_due(NOON + SECOND, 1)
    agenda.put_off(entry, NOON, NOON + minutes(1))

    assert agenda.overdue(NOON + minutes(1)) == 0
    assert agenda.overdue(NOON + minutes(2)) == 1
