import asyncio
import threading
import time

import pytest

from services.packager.threads import OneThread


async def test_calls_happen_one_after_the_other_in_a_thread_that_is_not_the_loops() -> None:
    seen: list[tuple[int, int]] = []

    def call(number: int) -> int:
        time.sleep(0.002)
        seen.append((number, threading.get_ident()))
        return number

    with OneThread("test") as thread:
        results = await asyncio.gather(*(thread.do(call, number) for number in range(10)))

    assert results == list(range(10))
    assert [number for number, _ in seen] == results
    assert len({where for _, where in seen} | {threading.get_ident()}) == 2


async def test_a_cancelled_wait_ends_only_after_its_call() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        may_end.wait(5)
        ended.set()

    with OneThread("test") as thread:
        waiting = asyncio.ensure_future(thread.do(call))
        await asyncio.to_thread(begun.wait, 5)
        for _ in range(2):  # however often it is told
            waiting.cancel()
            await asyncio.sleep(0.01)
            assert not waiting.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    assert ended.is_set()
