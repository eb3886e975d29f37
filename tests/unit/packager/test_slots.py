import asyncio
from collections import Counter

from services.packager.slots import Slots


class Crowd:
    """Visitors that each hold a slot for a moment, and the most that held one at once."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    async def visit(self, host: str) -> None:
        with await self._slots.to(host):
            self._now.update([host, "all"])
            for name in (host, "all"):
                self.most[name] = max(self.most[name], self._now[name])
            await asyncio.sleep(0.002)
            self._now.subtract([host, "all"])


async def test_no_host_gets_more_than_its_share_and_the_process_keeps_to_its_own() -> None:
    crowd = Crowd(Slots(total=10, per_host=3))

    await asyncio.gather(*(crowd.visit(f"host-{number % 5}") for number in range(100)))

    assert crowd.most["all"] == 10
    assert all(crowd.most[f"host-{number}"] <= 3 for number in range(5))


async def test_one_host_gets_its_whole_share() -> None:
    crowd = Crowd(Slots(total=10, per_host=3))

    await asyncio.gather(*(crowd.visit("host") for _ in range(20)))

    assert crowd.most["host"] == 3


async def test_whoever_waits_for_a_slow_host_holds_nobody_up() -> None:
    slots = Slots(total=2, per_host=1)

    with await slots.to("slow"):
        waiting = asyncio.ensure_future(Crowd(slots).visit("slow"))
        async with asyncio.timeout(1):
            await Crowd(slots).visit("quick")
        assert not waiting.done()
    await waiting


async def test_a_visitor_that_is_cancelled_gives_its_slot_back() -> None:
    slots = Slots(total=1, per_host=1)
    with await slots.to("host"):
        waiting = asyncio.ensure_future(Crowd(slots).visit("host"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    async with asyncio.timeout(1):
        await slots.to("host")


async def test_a_visitor_that_is_cancelled_while_the_process_is_busy_gives_its_hosts_slot_back() -> None:
    slots = Slots(total=1, per_host=1)
    earlier = await slots.to("host")  # while somebody has it, its host is not forgotten
    with earlier:
        pass
    with await slots.to("busy"):
        waiting = asyncio.ensure_future(slots.to("host"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    async with asyncio.timeout(1):
        await slots.to("host")
