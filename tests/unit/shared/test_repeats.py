import logging

from shared.repeats import EVERY_SECONDS, LessOften


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def record(text: str, *filled_in: object, name: str = "aiokafka.conn", level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord(name, level, __file__, 1, text, filled_in, None)


def test_the_same_is_said_once_in_ten_seconds_and_then_how_often_it_was_not() -> None:
    clock = Clock()
    less_often = LessOften(["aiokafka"], clock)
    assert [less_often.filter(record("no node %s", each)) for each in range(4)] == [True, False, False, False]

    clock.seconds = EVERY_SECONDS
    again = record("no node %s", 7)
    assert less_often.filter(again)
    assert again.getMessage() == "no node 7 (and 3 times before)"


def test_something_else_is_said_at_once() -> None:
    less_often = LessOften(["aiokafka"])
    assert less_often.filter(record("no node"))
    assert less_often.filter(record("no metadata"))


def test_every_handler_gets_the_same_answer() -> None:
    less_often, once = LessOften(["aiokafka"]), record("no node")
    assert less_often.filter(once)
    assert less_often.filter(once)


def test_our_own_lines_and_the_gravest_are_always_said() -> None:
    less_often = LessOften(["aiokafka"])
    ours, grave = record("x", name="shared.waiting"), record("x", level=logging.CRITICAL)
    assert all(less_often.filter(each) for each in (ours, ours, grave, grave))
    assert all(less_often.filter(record("x", name="shared.waiting")) for _ in range(3))
