"""Mail scanners and browsers follow every link, often and ahead of the person: nothing happens to the job."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from shared.archives import ArchiveFile
from shared.events import CancelRequested
from shared.links import Wish
from shared.recipients import Recipient
from tests.integration.bus import Bus
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway

pytestmark = pytest.mark.integration

ZIP = b"a whole archive"
TABLES = ("jobs", "recipients", "searches", "claims", "mails")


@pytest.fixture(scope="module")
async def gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with serving_gateway(backbone, tmp_path_factory.mktemp("archives")) as gateway:
        yield gateway


async def a_ready_job(gateway: Gateway) -> UUID:
    job_id, now = uuid4(), datetime.now(UTC)
    (gateway.archives / ArchiveFile(job_id, 1).name).write_bytes(ZIP)
    ready = {"state": "completed", "run": 1, "archive_run": 1, "archive_size": len(ZIP), "kept": 9, "ended_at": now}
    await gateway.put_row(job_id, **ready, expires_at=now + timedelta(minutes=20))
    await gateway.desk.stores.get().recipients.put(job_id, Recipient("someone@example.com", "UTC"), due_at=now, now=now)
    return job_id


async def everything(gateway: Gateway) -> dict[str, object]:
    return {table: await gateway.cassandra.execute(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608


async def test_the_mailed_links_are_followed_many_times_before_their_person_uses_them(
    gateway: Gateway, bus: Bus
) -> None:
    job_id = await a_ready_job(gateway)
    links = gateway.desk.links
    mailed = [links.status(job_id), links.download(job_id), links.retry(Wish("cats", 10))]
    before = await everything(gateway)

    for path in (urlsplit(link).path for link in mailed):
        for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"})) * 5:
            async with gateway.visitor.request(method, path, headers=headers) as answer:
                assert answer.status == 200
                await answer.read()

    # What was asked before this, had anything been, would lie before it.
    await bus.publish(CancelRequested(job_id=job_id))
    await bus.event(job_id, CancelRequested)
    assert len(bus.events(job_id)) == 1
    assert await everything(gateway) == before
    async with gateway.visitor.get(urlsplit(mailed[1]).path) as answer:
        assert await answer.read() == ZIP
