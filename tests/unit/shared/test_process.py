import asyncio
import os
import signal

import pytest
from structlog.testing import capture_logs

from shared.errors import ServiceUnfitError
from shared.process import _until_signalled

UNFIT = ServiceUnfitError("too many jobs fail here", topic="job-inbox.v1", failed_jobs=10, advice="roll back")


async def fails(error: Exception, *, in_a_group: bool = False) -> None:
    if not in_a_group:
        raise error
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fails(error))


@pytest.mark.parametrize("in_a_group", [False, True])
async def test_a_service_that_is_unfit_ends_non_zero_with_one_line_that_says_what_helps(in_a_group: bool) -> None:
    with capture_logs() as lines, pytest.raises(SystemExit) as ended:
        await _until_signalled(fails(UNFIT, in_a_group=in_a_group))

    assert ended.value.code == 1
    assert lines[1:] == [
        {
            "event": "service_unfit",
            "log_level": "critical",
            "detail": "too many jobs fail here",
            "topic": "job-inbox.v1",
            "failed_jobs": 10,
            "advice": "roll back",
        }
    ]


async def test_a_service_that_crashes_ends_non_zero() -> None:
    with capture_logs() as lines, pytest.raises(SystemExit) as ended:
        await _until_signalled(fails(ValueError("a bug")))

    assert ended.value.code == 1
    assert lines[-1]["event"] == "service_crashed"


async def test_it_says_what_it_waits_for_when_asked_in_the_middle_of_its_work() -> None:
    async def looked_at() -> None:
        os.kill(os.getpid(), signal.SIGUSR1)
        await asyncio.sleep(0.05)

    with capture_logs() as lines:
        await _until_signalled(looked_at())

    (task,) = [line for line in lines if any("looked_at" in place for place in line.get("waits_at", ()))]
    assert task["waits_at"][-1].endswith("sleep")
