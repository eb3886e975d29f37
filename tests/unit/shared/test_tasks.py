import asyncio
from collections.abc import Callable, Coroutine

import pytest
from structlog.testing import capture_logs

from shared.tasks import end_tasks, in_background, say_failure


async def stubborn() -> None:
    """Cancelled, it fails instead of ending."""
    try:
        await asyncio.sleep(60)
    finally:
        raise ValueError("a bug")


async def fails() -> None:
    raise ValueError("a bug")


async def test_tasks_end_together_and_what_fails_at_that_is_said() -> None:
    tasks = [asyncio.ensure_future(work) for work in (stubborn(), asyncio.sleep(60), asyncio.sleep(60))]
    await asyncio.sleep(0)

    with capture_logs() as logs:
        await end_tasks(*tasks)

    assert all(task.done() for task in tasks)
    assert [(line["event"], str(line["exc_info"])) for line in logs] == [("task_failed", "a bug")]


async def test_a_task_that_had_failed_before_is_not_told_twice() -> None:
    task = asyncio.ensure_future(fails())
    with pytest.raises(ValueError, match="a bug"):
        await task

    with capture_logs() as logs:
        await end_tasks(task)

    assert logs == []


@pytest.mark.parametrize("work", [fails, stubborn])
async def test_what_goes_wrong_in_the_background_is_said_once(work: Callable[[], Coroutine[None, None, None]]) -> None:
    with capture_logs() as logs:
        async with in_background(work()):
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    assert [line["event"] for line in logs] == ["task_failed"]


async def test_the_end_of_a_task_that_was_cancelled_is_no_failure() -> None:
    task = asyncio.ensure_future(asyncio.sleep(60))
    task.add_done_callback(say_failure)

    with capture_logs() as logs:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert logs == []
