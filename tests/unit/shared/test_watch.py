import asyncio
from collections.abc import Iterable, Iterator

import pytest
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from shared.errors import DependencyAwayError, ServiceUnfitError
from shared.movement import Lag
from shared.waiting import at_place, waits_for
from shared.watch import DEAD_SECONDS, END_SECONDS, Watch
from tests.growth import now

HERE, THERE = TopicPartition("job-due.v1", 0), TopicPartition("job-due.v1", 1)
LOOKS = int(DEAD_SECONDS // 5) + 1


class Lags:
    """What the broker says; `away` while it says nothing."""

    def __init__(self, **lags: Lag) -> None:
        self.lags = {HERE: lags.get("here", Lag(0, 0)), THERE: lags.get("there", Lag(0, 0))}
        self.away = False
        self.only_marks = False
        self.fetched_again: list[TopicPartition] = []

    async def of(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, Lag]:
        if self.away:
            raise DependencyAwayError("kafka")
        return {place: self.lags[place] for place in places}

    async def first_at(self, place: TopicPartition, offset: int) -> int | None:
        assert self.lags[place].acknowledged == offset
        return None if self.only_marks else offset

    async def fetch_again(self, place: TopicPartition) -> None:
        self.fetched_again.append(place)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with capture_logs():
        yield


async def looked(lags: Lags, *owned: TopicPartition, times: int = LOOKS) -> Watch:
    watch = Watch(lags, lambda: owned, lags.fetch_again, look_seconds=5)
    for _ in range(times):
        await watch._look()
    return watch


async def test_a_partition_that_does_not_move_is_told() -> None:
    watch = await looked(Lags(here=Lag(5, 9)), HERE, THERE)

    assert watch.stalled() == {"job-due.v1-0": DEAD_SECONDS}


async def test_a_place_that_stands_is_fetched_again_long_before_that() -> None:
    lags = Lags(here=Lag(5, 9))
    await looked(lags, HERE, THERE, times=2)
    assert lags.fetched_again == [HERE]


async def test_a_process_that_waits_is_not_disturbed() -> None:
    lags = Lags(here=Lag(5, 9))
    with waits_for("cassandra"):
        await looked(lags, HERE, times=3)
    assert lags.fetched_again == []


async def test_a_place_that_waits_for_a_slot_excuses_no_other() -> None:
    lags = Lags(here=Lag(5, 9), there=Lag(5, 9))
    with at_place("job-due.v1-1"), waits_for("slot", here=True):
        watch = await looked(lags, HERE, THERE)

    assert list(watch.stalled()) == ["job-due.v1-0"]
    assert set(lags.fetched_again) == {HERE}


async def test_what_another_process_owns_is_its_own_affair() -> None:
    assert (await looked(Lags(there=Lag(5, 9)), HERE)).stalled() == {}


async def test_what_is_left_may_be_only_the_marks_of_foreign_transactions() -> None:
    lags = Lags(here=Lag(8, 9))
    lags.only_marks = True
    watch = await looked(lags, HERE)
    assert watch.stalled() == {}

    lags.only_marks, lags.lags[HERE] = False, Lag(8, 10)
    for _ in range(LOOKS):
        await watch._look()
    assert list(watch.stalled()) == ["job-due.v1-0"]


async def test_while_it_waits_for_something_it_can_name_nothing_is_told() -> None:
    with waits_for("cassandra"):
        assert (await looked(Lags(here=Lag(5, 9)), HERE)).stalled() == {}


async def test_a_broker_that_does_not_answer_tells_of_nothing() -> None:
    lags = Lags(here=Lag(5, 9))
    lags.away = True

    assert (await looked(lags, HERE)).stalled() == {}


async def test_when_nothing_has_moved_for_long_the_process_ends() -> None:
    lags = Lags(here=Lag(5, 9))
    watch = Watch(lags, lambda: [HERE], lags.fetch_again, look_seconds=0)
    watch._movement.observe({"job-due.v1-0": Lag(5, 9)}, seconds=0, excused=lambda _place: False)
    watch._movement.observe({"job-due.v1-0": Lag(5, 9)}, seconds=END_SECONDS, excused=lambda _place: False)

    with pytest.raises(ServiceUnfitError) as raised:
        await asyncio.wait_for(watch.run(), 1)

    assert raised.value.facts["stalled"] == {"job-due.v1-0": END_SECONDS}


def lag_told(place: TopicPartition) -> float | None:
    return now("aid_consumer_lag_records", topic=place.topic, partition=str(place.partition))


async def test_the_metrics_tell_how_far_each_partition_is_behind() -> None:
    await looked(Lags(here=Lag(5, 9)), HERE, THERE, times=3)

    assert (lag_told(HERE), lag_told(THERE)) == (4, 0)
    assert now("aid_consumer_still_seconds") == 10


async def test_of_a_partition_that_went_to_another_process_or_is_not_known_nothing_is_told() -> None:
    lags = Lags(here=Lag(5, 9))
    await looked(lags, HERE, THERE, times=1)
    await looked(lags, THERE, times=1)
    assert (lag_told(HERE), lag_told(THERE)) == (None, 0)

    lags.away = True
    await looked(lags, THERE, times=1)
    assert lag_told(THERE) is None
