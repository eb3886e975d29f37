"""Which shards an instance keeps, opens and leaves as Kafka gives it partitions."""

import asyncio
from typing import cast

from services.scheduler.shards import Shard, Shards


class Living:
    """Stands where a shard does, and lives until it is cancelled."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.over = False

    async def live(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.over = True


class Hall:
    """Builds shards and remembers them, in the order of their opening."""

    def __init__(self) -> None:
        self.opened: list[Living] = []

    def build(self, partition: int) -> Shard:
        self.opened.append(Living(partition))
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
