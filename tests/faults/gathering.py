"""Waits until the system has settled, then looks at everything it has kept, said, written and sent."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.cassandra import Cassandra
from shared.cassandraaccess import CassandraAccess
from shared.events import Event
from shared.schema import TABLES
from shared.topics import ALL, CONSUMING_SERVICES, FLOW, JOB_LIFECYCLE
from tests.faults.oracle import LAST_MAIL
from tests.faults.people import People
from tests.faults.reading import CONSUMED, Beginning, places_of, reader
from tests.faults.scene import Archive, Copy, Row, Scene
from tests.faults.system import KEYSPACE, System
from tests.faults.zips import archive_at
from tests.integration.bus import readable
from tests.integration.relay import ScriptedRelay

QUIET_SECONDS = 1.5

NO_JOBS = frozenset({"shard_cursors", "submission_counts", "suppressions"})

_TOKEN = re.compile(r"https?://[^\s/]+/\w+/([\w.~-]{16,})")


@dataclass(frozen=True)
class Looking:
    """What this test's jobs are, and where to look for them, from where its time began."""

    system: System
    people: People
    cassandra: Cassandra
    began: Beginning

    async def until_settled(self, patience: float) -> None:
        """Every job has ended, its last mail is decided, and every record is handled; or the patience is over.

        What is still open then is for the oracle to say.
        """
        try:
            async with asyncio.timeout(patience):
                while not (await self._all_ended() and await self._all_handled() and await self._is_quiet()):
                    await asyncio.sleep(0.3)
        except TimeoutError:
            return

    async def scene(self, *, notes_kept: bool) -> Scene:
        jobs = self.people.accepted
        records = await self.records()
        wanted, addresses = {job.job_id for job in jobs}, {job.address for job in jobs}
        copies = _copies(self.system.relay, self.began.mails)
        return Scene(
            accepted=jobs,
            tables={table: await self._rows(table, wanted) for table in TABLES if table not in NO_JOBS},
            facts=[fact for record in records if (fact := _fact(record)) is not None and fact.job_id in wanted],
            mails=[copy for copy in copies if copy.about[0] in wanted or copy.recipient in addresses],
            archives=await asyncio.to_thread(self._archives),
            dead_letters=[_words(record) for record in records if record.topic.endswith(".dlq")],
            said=await asyncio.to_thread(self._said, records),
            secrets=[*addresses, *self._tokens(addresses)],
            notes_kept=notes_kept,
        )

    async def _all_ended(self) -> bool:
        wanted = {job.job_id for job in self.people.accepted}
        states = {row["job_id"]: row["state"] for row in await self._rows("jobs", wanted)}
        decided = {(row["job_id"], row["kind"]): row["state"] for row in await self._rows("mails", wanted)}
        return all(_over(states.get(job_id, ""), decided, job_id) for job_id in wanted)

    async def _is_quiet(self) -> bool:
        """Records are acknowledged before the work they ask for has begun: whoever is at it would be seen."""
        before = await self._signs_of_life()
        await asyncio.sleep(QUIET_SECONDS)
        return before == await self._signs_of_life()

    async def _signs_of_life(self) -> tuple[object, ...]:
        system = self.system
        now = await Beginning.now(system)
        return now, system.web.visits.total()

    async def _all_handled(self) -> bool:
        """No consumer has anything before it."""
        for service in CONSUMING_SERVICES:
            async with reader(self.system.kafka_url, group_id=service) as consumer:
                places = places_of(*CONSUMED[service])
                consumer.assign(places)
                ends = await consumer.end_offsets(places)
                for place, end in ends.items():
                    if end and (await consumer.committed(place) or 0) < end:
                        return False
        return True

    async def _rows(self, table: str, wanted: set[UUID]) -> list[Row]:
        key = "req_id" if table == "image_urls" else "job_id"
        rows = await self.cassandra.execute(f"SELECT * FROM {table}")  # noqa: S608 - our tables
        # A job may live whose sender was told to come again, and did so in the next minute: its archive is no orphan.
        return [row for row in rows if row[key] in wanted or (table == "jobs" and row[key] not in self.system.settled)]

    async def records(self) -> list[Any]:
        """All that was said since the test began, in the broker's order per partition."""
        async with reader(self.system.kafka_url) as consumer:
            places = places_of(*(topic.name for topic in ALL))
            consumer.assign(places)
            for place, offset in self.began.offsets.items():
                consumer.seek(place, offset)
            ends = await consumer.end_offsets(places)
            records: list[Any] = []
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    records.extend(batch)
            return records

    def _archives(self) -> dict[str, Archive]:
        """Those of jobs that no earlier test has answered for."""
        files = [path for path in self.system.archives.glob("*.zip*") if _job_of(path) not in self.system.settled]
        return {path.name: archive_at(path) for path in files}

    def _said(self, records: Sequence[Any]) -> dict[str, str]:
        logs = {path.name: path.read_text(errors="replace") for path in self.system.logs.glob("*.log")}
        topics = dict.fromkeys((topic.name for topic in FLOW), "")
        for record in records:
            if record.topic in topics:
                topics[record.topic] += f"{record.key!r} {record.headers!r} {record.value!r}\n"
        return {**logs, **topics}

    def _tokens(self, addresses: set[str]) -> set[str]:
        """Of the pages that people were given, and of every link in their mails."""
        mails = [mail for mail in self.system.relay.taken[self.began.mails :] if mail["To"] in addresses]
        pages = {page.rpartition("/")[2] for page in self.people.pages.values()}
        return pages | {token for mail in mails for token in _TOKEN.findall(mail.as_string())}


@asynccontextmanager
async def looking(people: People, began: Beginning) -> AsyncIterator[Looking]:
    system = people.system
    cassandra = await Cassandra.connect(CassandraAccess(system.cassandra_hosts), KEYSPACE)
    try:
        yield Looking(system, people, cassandra, began)
    finally:
        await cassandra.close()


def _over(state: str, mails: dict[tuple[UUID, str], str], job_id: UUID) -> bool:
    if state in ("cancelled", "expired"):
        return True
    return state in LAST_MAIL and mails.get((job_id, LAST_MAIL[state])) in ("sent", "refused")


def _fact(record: Any) -> Event | None:
    return readable(record) if record.topic == JOB_LIFECYCLE.name else None


def _words(record: Any) -> str:
    told = {name: text.decode() for name, text in record.headers if name.startswith("dlq_")}
    place = f"{told.get('dlq_topic')}-{told.get('dlq_partition')}-{told.get('dlq_offset')}"
    return f"{record.topic}: {told.get('dlq_error')} {told.get('dlq_message')} of {place}"


def _copies(relay: ScriptedRelay, first: int) -> list[Copy]:
    taken = zip(relay.taken, relay.recipients, relay.confirmed, strict=True)
    return [Copy(str(mail["Message-ID"]), address, confirmed) for mail, address, confirmed in taken][first:]


def _job_of(path: Path) -> UUID:
    return UUID(path.name[:36])
