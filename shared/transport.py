"""Faust's Kafka transport, cured: no record ends the fetching, a goodbye neither waits for a rebalance nor crashes."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

import faust
import structlog
from aiokafka.errors import KafkaError
from aiokafka.protocol.group import LeaveGroupRequest
from faust.transport.drivers import aiokafka as driver

from shared.anyrecords import read_any_record

log = structlog.get_logger()

LEAVE_SECONDS = 2.0


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Leaves its group within twice LEAVE_SECONDS.

    A broker answers the requests of one connection one after the other, and JoinGroup only when every member has
    joined. Until then, up to a minute, the LeaveGroup behind it is not even read.
    """

    logger = logging.getLogger("faust.transport")

    async def on_thread_stop(self) -> None:
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await super().on_thread_stop()
        except TimeoutError:
            await self._hang_up(self._consumer)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            # Of a fetch that aiokafka ended while it was backing off; the group has been left by then.
            consumer: Any = self._consumer
            await consumer._client.close()  # noqa: SLF001 - its own stop() has broken off

    async def _hang_up(self, consumer: Any) -> None:
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await _leave_by_another_connection(consumer._client, consumer._coordinator)  # noqa: SLF001
        except (KafkaError, TimeoutError) as error:
            log.warning("group_not_left", error=f"{type(error).__name__}: {error}")
        finally:
            await consumer._client.close()  # noqa: SLF001 - its own stop() is what did not end


async def _leave_by_another_connection(client: Any, coordinator: Any) -> None:
    """The client keeps one connection for the group and one for all else."""
    if coordinator.coordinator_id is None or not coordinator.member_id:
        return
    await client.send(coordinator.coordinator_id, LeaveGroupRequest(coordinator.group_id, coordinator.member_id))
    log.info("group_left_while_joining", group=coordinator.group_id)


class _Consumer(driver.Consumer):
    logger = logging.getLogger("faust.transport")

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Faust asks for none while it stops after a rebalance, and would crash on the client's refusal."""
        wanted = set(topics)
        if wanted:
            await super().subscribe(wanted)


class Transport(driver.Transport):
    Consumer = _Consumer


def transport_for(app: faust.App) -> Transport:
    """To be set as `app.transport` before the app starts."""
    read_any_record()
    return Transport(app.conf.broker, app)
