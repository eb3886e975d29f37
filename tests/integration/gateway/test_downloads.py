"""The ZIP over HTTP: whole, in ranges, and not any more."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from shared.archives import ArchiveFile
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway

pytestmark = pytest.mark.integration

CONTENT = random.Random(7).randbytes(300_000)
SIZE = len(CONTENT)


@pytest.fixture(scope="module")
async def gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with serving_gateway(backbone, tmp_path_factory.mktemp("archives")) as gateway:
        yield gateway


@dataclass(frozen=True)
class Ready:
    job_id: UUID
    path: str


@pytest.fixture
async def ready(gateway: Gateway) -> Ready:
    """A completed job whose archive lies there."""
    job_id = uuid4()
    (gateway.archives / ArchiveFile(job_id, 2).name).write_bytes(CONTENT)
    row = {"state": "completed", "run": 2, "archive_run": 2, "archive_size": SIZE, "kept": 9}
    await gateway.put_row(job_id, **row, query="Käse & Brot")
    return Ready(job_id, f"/download/{gateway.desk.links.download(job_id).rpartition('/')[2]}")


async def test_the_zip_comes_whole_under_a_name_made_from_the_query(gateway: Gateway, ready: Ready) -> None:
    async with gateway.visitor.get(ready.path) as answer:
        body = await answer.read()

    assert answer.status == 200
    assert body == CONTENT
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Kase-Brot-images.zip\"; filename*=UTF-8''K%C3%A4se%20%26%20Brot%20images.zip"
    )


async def test_asking_about_the_zip_costs_nothing(gateway: Gateway, ready: Ready) -> None:
    async with gateway.visitor.head(ready.path) as answer:
        body = await answer.read()

    assert (answer.status, answer.headers["Content-Length"], body) == (200, str(SIZE), b"")


@pytest.mark.parametrize(
    ("wanted", "part", "said"),
    [
        ("bytes=0-99", CONTENT[:100], f"bytes 0-99/{SIZE}"),
        ("bytes=299990-", CONTENT[-10:], f"bytes 299990-299999/{SIZE}"),
        ("bytes=-5", CONTENT[-5:], f"bytes 299995-299999/{SIZE}"),
        ("bytes=299999-900000", CONTENT[-1:], f"bytes 299999-299999/{SIZE}"),
    ],
)
async def test_a_download_goes_on_where_it_broke_off(
    gateway: Gateway, ready: Ready, wanted: str, part: bytes, said: str
) -> None:
    async with gateway.visitor.get(ready.path, headers={"Range": wanted}) as answer:
        body = await answer.read()

    assert (answer.status, body, answer.headers["Content-Range"]) == (206, part, said)


async def test_a_range_past_the_end_is_refused_with_the_size(gateway: Gateway, ready: Ready) -> None:
    async with gateway.visitor.get(ready.path, headers={"Range": f"bytes={SIZE}-"}) as answer:
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


async def test_a_range_is_given_of_the_same_file_only(gateway: Gateway, ready: Ready) -> None:
    async with gateway.visitor.head(ready.path) as answer:
        etag, modified = answer.headers["ETag"], answer.headers["Last-Modified"]

    async def status_with(condition: str) -> tuple[int, int]:
        headers = {"Range": "bytes=0-99", "If-Range": condition}
        async with gateway.visitor.get(ready.path, headers=headers) as answer:
            return answer.status, len(await answer.read())

    assert await status_with(etag) == (206, 100)
    assert await status_with('"another"') == (200, SIZE)
    assert await status_with(f"W/{etag}") == (200, SIZE)
    assert await status_with(modified) == (206, 100)
    assert await status_with("Thu, 01 Jan 1970 00:00:00 GMT") == (200, SIZE)
    assert await status_with("Fri, 01 Jan 2100 00:00:00 GMT") == (200, SIZE)
    assert await status_with("nonsense") == (200, SIZE)


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-9", "lines=1-2", "bytes=9-5", "bytes=-", "bytes", "bytes=a-b"])
async def test_what_is_no_single_range_is_answered_with_all_of_it(gateway: Gateway, ready: Ready, wanted: str) -> None:
    async with gateway.visitor.get(ready.path, headers={"Range": wanted}) as answer:
        assert (answer.status, len(await answer.read())) == (200, SIZE)


async def test_a_range_means_nothing_to_whoever_asks_about_the_zip(gateway: Gateway, ready: Ready) -> None:
    async with gateway.visitor.head(ready.path, headers={"Range": "bytes=0-9"}) as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(SIZE))


async def test_following_the_link_many_times_changes_nothing(gateway: Gateway, ready: Ready) -> None:
    for _ in range(5):
        async with gateway.visitor.get(ready.path) as answer:
            assert answer.status == 200
            assert await answer.read() == CONTENT


async def test_a_download_that_is_cut_off_uses_nothing_up(gateway: Gateway, ready: Ready) -> None:
    large = CONTENT * 40
    (gateway.archives / ArchiveFile(ready.job_id, 2).name).write_bytes(large)
    await gateway.put_row(ready.job_id, state="completed", run=2, archive_run=2, archive_size=len(large))
    for _ in range(3):
        async with gateway.visitor.get(ready.path) as answer:
            await answer.content.readexactly(1000)
            answer.close()

    async with gateway.visitor.get(ready.path, headers={"Range": "bytes=1000-"}) as answer:
        assert (answer.status, await answer.read()) == (206, large[1000:])


async def test_the_link_works_until_its_time_and_not_after(gateway: Gateway, ready: Ready) -> None:
    until = datetime.now(UTC) + timedelta(minutes=20)
    await gateway.put_row(ready.job_id, state="completed", run=2, archive_run=2, kept=9, expires_at=until)
    async with gateway.visitor.get(ready.path) as answer:
        assert answer.status == 200

    gateway.clock.ahead = timedelta(minutes=20)
    try:
        async with gateway.visitor.get(ready.path, headers={"Range": "bytes=0-9"}) as answer:
            page = await answer.text()
    finally:
        gateway.clock.ahead = timedelta()

    assert answer.status == 410
    assert "Link has expired. This is an invalid link now." in page
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(("state", "status"), [("expired", 410), ("failed", 410), ("running", 404)])
async def test_what_is_not_ready_is_not_given(gateway: Gateway, ready: Ready, state: str, status: int) -> None:
    await gateway.put_row(ready.job_id, state=state)

    async with gateway.visitor.get(ready.path) as answer:
        assert answer.status == status


async def test_a_job_nobody_knows_any_more_has_an_expired_link(gateway: Gateway) -> None:
    path = gateway.desk.links.download(uuid4()).rpartition("/")[2]

    async with gateway.visitor.get(f"/download/{path}") as answer:
        assert answer.status == 410


@pytest.mark.parametrize("left", [None, CONTENT[:-1]], ids=["gone", "cut short"])
async def test_a_file_that_should_be_there_is_our_fault(gateway: Gateway, ready: Ready, left: bytes | None) -> None:
    file = gateway.archives / ArchiveFile(ready.job_id, 2).name
    file.unlink()
    if left is not None:
        file.write_bytes(left)

    with capture_logs() as logs:
        async with gateway.visitor.get(ready.path) as answer:
            page = await answer.text()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "at the moment we can not find them" in page
    assert [line["job_id"] for line in logs if line["event"] == "archive_missing"] == [str(ready.job_id)]


async def test_a_file_deleted_meanwhile_still_arrives_whole(gateway: Gateway, ready: Ready) -> None:
    large = CONTENT * 40
    file = gateway.archives / ArchiveFile(ready.job_id, 2).name
    file.write_bytes(large)
    await gateway.put_row(ready.job_id, state="completed", run=2, archive_run=2, archive_size=len(large))

    async with gateway.visitor.get(ready.path) as answer:
        first = await answer.content.readexactly(1000)
        file.unlink()
        rest = await answer.content.read()

    assert first + rest == large
