from collections.abc import Iterable, Iterator

import pytest
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from shared.continuity import Continuity
from shared.movement import Lag

HERE, THERE = TopicPartition("job-due.v1", 0), TopicPartition("job-due.v1", 1)


class Broker:
    """Records at `offsets` of every place; the group has committed `acknowledged`."""

    def __init__(self, *offsets: int, acknowledged: int = 0) -> None:
        self.offsets = offsets
        self.acknowledged = acknowledged
        self.sent_back: list[tuple[TopicPartition, int]] = []

    async def of(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, Lag]:
        return {place: Lag(self.acknowledged, max(self.offsets) + 1) for place in places}

    async def first_at(self, place: TopicPartition, offset: int) -> int | None:
        assert place == HERE
        return next((each for each in self.offsets if each >= offset), None)

    async def go_back(self, place: TopicPartition, offset: int) -> None:
        self.sent_back.append((place, offset))

    def continuity(self) -> Continuity:
        return Continuity(self, self.go_back)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with capture_logs():
        yield


async def test_records_in_their_order_pass() -> None:
    broker = Broker(5, 6, 7, acknowledged=5)
    continuity = broker.continuity()
    for offset in (5, 6, 7):
        assert await continuity.in_turn(HERE, offset)
        continuity.done(HERE, offset)
    assert broker.sent_back == []


async def test_the_first_record_of_a_partition_may_not_be_left_out() -> None:
    broker = Broker(0, 1)
    assert not await broker.continuity().in_turn(HERE, 1)
    assert broker.sent_back == [(HERE, 0)]


async def test_none_in_the_middle_may_be_left_out() -> None:
    broker = Broker(5, 6, 7, acknowledged=5)
    continuity = broker.continuity()
    continuity.done(HERE, 5)
    assert not await continuity.in_turn(HERE, 7)
    assert broker.sent_back == [(HERE, 6)]


async def test_a_record_that_was_not_finished_comes_again() -> None:
    broker = Broker(5, 6, acknowledged=5)
    continuity = broker.continuity()
    assert await continuity.in_turn(HERE, 5)
    assert not await continuity.in_turn(HERE, 6)
    assert await continuity.in_turn(HERE, 5)


async def test_what_was_fetched_before_going_back_does_not_send_back_again() -> None:
    broker = Broker(5, 6, 7, 8, acknowledged=5)
    continuity = broker.continuity()
    assert [await continuity.in_turn(HERE, offset) for offset in (6, 7, 8)] == [False] * 3
    assert broker.sent_back == [(HERE, 5)]


async def test_an_offset_without_a_record_is_no_gap() -> None:
    """The end mark of a foreign producer's transaction, or what the topic no longer keeps."""
    continuity = Broker(5, 7, acknowledged=5).continuity()
    continuity.done(HERE, 5)
    assert await continuity.in_turn(HERE, 7)


async def test_a_repeat_passes() -> None:
    continuity = Broker(5, 6, acknowledged=5).continuity()
    continuity.done(HERE, 6)
    assert await continuity.in_turn(HERE, 5)
    continuity.done(HERE, 5)
    assert await continuity.in_turn(HERE, 7)


async def test_a_partition_that_comes_back_begins_where_the_group_is() -> None:
    broker = Broker(*range(20), acknowledged=5)
    continuity = broker.continuity()
    continuity.done(HERE, 5)
    continuity.own([THERE])
    broker.acknowledged = 11
    continuity.own([HERE, THERE])
    assert await continuity.in_turn(HERE, 11)
    assert not await continuity.in_turn(HERE, 12)


async def test_a_partition_that_stays_keeps_its_place() -> None:
    """Its group may not have committed yet what is handled here."""
    continuity = Broker(*range(20), acknowledged=5).continuity()
    continuity.done(HERE, 9)
    continuity.own([HERE, THERE])
    assert await continuity.in_turn(HERE, 10)


async def test_a_partition_that_somebody_else_had_meanwhile_is_not_done_again() -> None:
    """As after a sleep: the process finds it its own, as before."""
    broker = Broker(*range(20), acknowledged=5)
    continuity = broker.continuity()
    assert await continuity.in_turn(HERE, 5)
    continuity.done(HERE, 5)
    broker.acknowledged = 11
    continuity.own([HERE])
    assert await continuity.in_turn(HERE, 11)
    assert broker.sent_back == []


async def test_a_partition_that_delivers_nothing_is_asked_again() -> None:
    broker = Broker(5, 6, acknowledged=5)
    continuity = broker.continuity()
    continuity.done(HERE, 5)
    await continuity.fetch_again(HERE)
    assert broker.sent_back == [(HERE, 6)]
