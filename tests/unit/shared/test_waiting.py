import asyncio
from itertools import islice

import pytest

from shared.errors import DependencyAwayError, OutcomeUnknownError
from shared.waiting import FIRST_PAUSE, LONGEST_PAUSE, pauses, until_available, waiting_for, waits_for
from tests.growth import now


class Flaky:
    """Raises each error in turn, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return "here"


async def test_what_is_away_is_asked_until_it_answers() -> None:
    attempt = Flaky(DependencyAwayError("kafka"), OutcomeUnknownError("cassandra"))

    assert await until_available(attempt) == "here"
    assert attempt.calls == 3


async def test_any_other_error_is_not_waited_for() -> None:
    attempt = Flaky(ValueError("a bug"))

    with pytest.raises(ValueError, match="a bug"):
        await until_available(attempt)

    assert attempt.calls == 1


async def test_health_can_name_what_is_waited_for_while_it_is() -> None:
    attempt = Flaky(DependencyAwayError("smtp"))
    waiting = asyncio.create_task(until_available(attempt))
    await asyncio.sleep(0)

    assert waiting_for() == ["smtp"]
    await waiting
    assert waiting_for() == []


async def test_what_was_away_is_waited_for_also_while_it_is_asked_again() -> None:
    seen: list[list[str]] = []

    async def attempt() -> None:
        seen.append(waiting_for())
        if len(seen) < 3:
            raise DependencyAwayError("smtp" if len(seen) == 1 else "cassandra")

    await until_available(attempt)

    assert seen == [[], ["smtp"], ["cassandra"]]
    assert waiting_for() == []


async def test_a_wait_that_is_cancelled_is_over() -> None:
    waiting = asyncio.create_task(until_available(Flaky(DependencyAwayError("smtp"))))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert waiting_for() == []


def test_a_name_is_told_once_however_many_wait() -> None:
    with waits_for("slot"), waits_for("slot"), waits_for("kafka"):
        assert waiting_for() == ["kafka", "slot"]
    assert waiting_for() == []


def test_pauses_double_up_to_the_longest_and_differ() -> None:
    ceilings = [FIRST_PAUSE * 2**n for n in range(6)] + [LONGEST_PAUSE] * 10

    for pause, ceiling in zip(pauses(), ceilings, strict=False):
        assert ceiling / 2 <= pause <= ceiling
    assert len(set(islice(pauses(), 20))) == 20


def test_the_metrics_tell_how_much_waits_and_for_what() -> None:
    assert now("aid_waiting", waits_for="kafka") == 0
    with waits_for("cassandra"), waits_for("cassandra"):
        assert now("aid_waiting", waits_for="cassandra") == 2
    assert now("aid_waiting", waits_for="cassandra") == 0
