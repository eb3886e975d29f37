"""What the whole system has kept, said and written: every row, every record, every line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from deploy.local.services import TOLD
from deploy.local.settings import settings
from deploy.local.stack import Stack
from shared.cassandra import Cassandra, Row
from shared.cassandraaccess import CassandraAccess
from shared.schema import TABLES
from shared.topics import ALL


class Traces:
    def __init__(self, stack: Stack, cassandra: Cassandra, kafka_url: str) -> None:
        self._stack = stack
        self._cassandra = cassandra
        self._kafka_url = kafka_url

    @classmethod
    @asynccontextmanager
    async def of(cls, stack: Stack) -> AsyncIterator["Traces"]:
        told = settings(stack.plan, stack.tools.chromium)
        cassandra = await Cassandra.connect(
            CassandraAccess(told["AID_CASSANDRA_HOSTS"]), told["AID_CASSANDRA_KEYSPACE"]
        )
        try:
            yield cls(stack, cassandra, told["AID_KAFKA_URL"])
        finally:
            await cassandra.close()

    async def rows(self, text: str) -> dict[str, list[Row]]:
        """By table, those that hold the text anywhere."""
        rows = {table: await self._cassandra.execute(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608 - our tables
        return {table: found for table, all_ in rows.items() if (found := [row for row in all_ if text in str(row)])}

    async def are_gone(self, job_id: str) -> bool:
        """Whether nothing but its `jobs` row names the job, and what goes later.

        The index of timers goes by whole buckets; that somebody had a job is counted for a day, under a pseudonym.
        """
        return not (await self.rows(job_id)).keys() - {"jobs", "timers", "submissions"} and not self.archives(job_id)

    async def records(self) -> dict[str, bytes]:
        """By topic, all that was ever said on it: keys, headers and values."""
        names = [topic.name for topic in ALL]
        consumer = AIOKafkaConsumer(*names, bootstrap_servers=self._kafka_url, auto_offset_reset="earliest")
        await consumer.start()
        said = dict.fromkeys(names, b"")
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            while any([await consumer.position(partition) < end for partition, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        said[record.topic] += b"%r %r %r\n" % (record.key, record.headers, record.value)
        finally:
            await consumer.stop()
        return said

    def logs(self) -> dict[str, str]:
        """By service."""
        return {name: self._stack.processes.log(name).read_text() for name in TOLD}

    def archives(self, text: str) -> list[Path]:
        """Files that have it in their names."""
        return sorted((self._stack.plan.home / "archives").glob(f"*{text}*"))
