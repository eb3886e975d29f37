import asyncio
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from shared.cloudevents import Delivery
from shared.streams import build_stream_app, consume, run_streams
from shared.topics import JOB_DUE

pytestmark = pytest.mark.integration


class Idle:
    async def handle(self, delivery: Delivery) -> None:
        """Nothing comes."""


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5, 1.0])
async def test_a_consumer_that_is_told_to_stop_while_it_starts_leaves_no_task_behind(
    kafka_url: str, seconds: float
) -> None:
    before = asyncio.all_tasks()
    app = build_stream_app(f"stopped-after-{seconds}", kafka_url)
    consume(app, [JOB_DUE], Idle())
    running = asyncio.ensure_future(run_streams(app))
    await asyncio.sleep(seconds)

    running.cancel()
    with capture_logs() as lines, suppress(asyncio.CancelledError):
        await running

    # A broker may hold back its answer to a member that leaves while it joins; then the goodbye ends by its limit.
    cut_short = any(line["event"] == "goodbye_cut_short" for line in lines)
    left = asyncio.all_tasks() - before - {running}
    _, pending = await asyncio.wait(left, timeout=5) if left else (left, set())
    assert cut_short or not pending
