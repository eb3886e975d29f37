"""Which shards an instance keeps, opens and leaves as Kafka gives it partitions."""

import asyncio
from typing import cast

from services.scheduler.shards import Shard, Shards
from shared.cloudevents import Delivery


class Living:
    """Stands where a shard does, and lives until it is cancelled."""

    def __init__(self, partition: int, *, opens: bool = True) -> None:
        self.partition = partition
        self.over = False
        self.opens = opens
        self.handled: list[int] = []

    async def handle(self, delivery: Delivery) -> None:
        if not self.opens:
            await asyncio.Event().wait()
        self.handled.append(delivery.offset)

    async def live(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.over = True


class Hall:
    """Builds shards and remembers them, in the order of their opening."""

    def __init__(self) -> None:
        self.opened: list[Living] = []
        self.opens = True

    def build(self, partition: int) -> Shard:
        self.opened.append(Living(partition, opens=self.opens))
        return cast("Shard", self.opened[-1])

    @property
    def living(self) -> list[int]:
        return sorted(shard.partition for shard in self.opened if not shard.over)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_assigned_lives_and_what_is_not_is_left() -> None:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        shards = Shards(hall.build, tasks)

        await shards.assign([0, 1])
        await settle()
        await shards.assign([1, 2])
        await settle()

        assert hall.living == [1, 2]
        await shards.assign([])


async def test_a_shard_that_is_assigned_again_begins_anew() -> None:
    """Somebody else may have owned it meanwhile, and nobody says so to an instance that slept."""
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        shards = Shards(hall.build, tasks)

        await shards.assign([0])
        await settle()
        await shards.assign([0])
        await settle()

        assert [shard.over for shard in hall.opened] == [True, False]
        await shards.assign([])


async def test_a_record_in_hand_goes_to_the_shard_that_takes_the_place_of_its_own() -> None:
    """One that is left before it has opened would keep it, and all behind it, for ever."""
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        shards = Shards(hall.build, tasks)
        hall.opens = False
        await shards.assign([0])
        handling = asyncio.create_task(shards.handle(Delivery("job-inbox.v1", 0, 7, 0, None, None, ())))
        await settle()

        hall.opens = True
        await shards.assign([0])
        await asyncio.wait_for(handling, 1)

        assert [shard.handled for shard in hall.opened] == [[], [7]]
        await shards.assign([])
