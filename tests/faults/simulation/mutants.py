"""Parts of the services without one of their guards, as somebody might have written them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.gateway.asking.forms import Reading
from services.gateway.jobs import submissions
from services.gateway.jobs.submissions import Accepted
from services.notifier.attempts import Attempts
from services.notifier.decisions import MailId
from services.notifier.failures import NothingToSend
from services.packager.packing import Pack
from services.scheduler import jobs
from services.scheduler.job import Job
from services.scheduler.jobs import JobRows
from services.scheduler.owner import JobOwner
from services.scheduler.shards import Shard, Shards
from shared.claims import Claims
from shared.jobs import JobView
from shared.recipients import Recipient
from shared.work import Workbench

_claim = Claims.claim
_accept = submissions.accept


def one_for_all() -> UUID:
    return UUID(int=7)


async def claim_anyhow(self: Claims, *key: Any, **more: Any) -> bool:
    await _claim(self, *key, **more)
    return True


async def write_anyhow(self: JobRows, job: Job) -> bool:
    columns = jobs.stored(job)
    names = ", ".join(f"{name} = ?" for name in columns)
    await self._cassandra.execute(f"UPDATE jobs SET {names} WHERE job_id = ?", (*columns.values(), job.job_id))  # noqa: S608
    return True


async def read_and_no_more(self: JobOwner, job_id: UUID, _cause: object) -> Job | None:
    return await self._rows.read(job_id)


async def keep_what_stays(self: Shards, partitions: Iterable[int]) -> None:
    wanted = set(partitions)
    for partition in self._shards.keys() - wanted:
        self._shards.pop(partition)[1].cancel()
    for partition in wanted - self._shards.keys():
        shard = self._build(partition)
        self._shards[partition] = shard, self._tasks.create_task(shard.live())
    async with self._changed:
        self._changed.notify_all()


async def wait_for_nothing(_self: Shard) -> None:
    pass


def as_of_now() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)


async def want_anyhow(self: Workbench, job_id: UUID, _run: int) -> JobView | None:
    return await self._jobs.find(job_id)


async def write_of_any_job(self: Attempts, mail_id: MailId) -> JobView:
    job = await self.jobs.find(mail_id.job_id)
    if job is None:
        raise NothingToSend
    return job


def say_nothing_of_the_row(*_: Any, **__: Any) -> None:
    pass


async def accept_and_then_keep(
    reading: Reading, nonce: str | None, *, stores: Any, publisher: Any, **rest: Any
) -> Accepted:
    """The gateway's own, in the other order."""

    class Kept:
        async def put(self, *_: Any, **__: Any) -> None:
            pass

    class KeptElsewhere:
        jobs, recipients = stores().jobs, Kept()

    accepted = await _accept(reading, nonce, stores=KeptElsewhere, publisher=publisher, **rest)
    if accepted.known is None:
        recipient = Recipient(accepted.form.address, accepted.form.time_zone)
        await stores().recipients.put(accepted.job_id, recipient, due_at=accepted.form.due_at, now=rest["now"])
    return accepted


async def discard_what_was_handed_over(self: Pack) -> None:
    await self._seal.discard()
