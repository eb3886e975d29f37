"""The contact sheet on the status page."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.archives import ArchiveFile, Kind
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway
from tests.unit.packager.samples import a_picture

pytestmark = pytest.mark.integration

SHEET = a_picture("WEBP")


@pytest.fixture(scope="module")
async def gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with serving_gateway(backbone, tmp_path_factory.mktemp("archives")) as gateway:
        yield gateway


def sheet_of(job_id: UUID, folder: Path) -> Path:
    return folder / ArchiveFile(job_id, 2, Kind.SHEET).name


async def a_job(gateway: Gateway, *, sheet: bytes | None = SHEET, **columns: object) -> str:
    """The path of its status page."""
    job_id = uuid4()
    if sheet is not None:
        sheet_of(job_id, gateway.archives).write_bytes(sheet)
    await gateway.put_row(job_id, **{"state": "completed", "run": 2, "archive_run": 2, "kept": 30, **columns})
    return f"/jobs/{gateway.desk.links.status_token(job_id)}"


async def asked(gateway: Gateway, path: str) -> tuple[int, str]:
    async with gateway.visitor.get(path) as answer:
        return answer.status, await answer.text(errors="replace")


async def test_the_page_shows_the_sheet_and_keeps_room_for_it(gateway: Gateway) -> None:
    path = await a_job(gateway)

    _, page = await asked(gateway, path)

    assert f'<img class="sheet" src="{path}/contact-sheet.webp" width="980" height="652" loading="lazy"' in page
    assert 'alt="Contact sheet: the first 24 of the pictures in the ZIP, small"' in page


async def test_the_sheet_is_a_picture_that_no_cache_keeps(gateway: Gateway) -> None:
    path = await a_job(gateway)

    async with gateway.visitor.get(f"{path}/contact-sheet.webp") as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/webp", SHEET)
    async with gateway.visitor.head(f"{path}/contact-sheet.webp") as told:
        assert (told.status, told.content_length) == (200, len(SHEET))

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_without_a_sheet_the_page_comes_without(gateway: Gateway) -> None:
    path = await a_job(gateway, sheet=None)

    _, page = await asked(gateway, path)

    assert "<img class" not in page
    assert (await asked(gateway, f"{path}/contact-sheet.webp"))[0] == 404


@pytest.mark.parametrize(("seconds", "more"), [(50, "yes"), (61, "no")])
async def test_a_page_waits_a_little_for_the_sheet_of_a_job_just_completed(
    gateway: Gateway, seconds: float, more: str
) -> None:
    now = datetime.now(UTC)
    times: dict[str, Any] = {"ended_at": now - timedelta(seconds=seconds), "expires_at": now + timedelta(minutes=20)}

    _, page = await asked(gateway, await a_job(gateway, sheet=None, **times))
    _, shown = await asked(gateway, await a_job(gateway, **times))

    assert f'data-more="{more}"' in page
    assert 'data-more="no"' in shown


@pytest.mark.parametrize(("state", "status"), [("running", 404), ("failed", 404), ("expired", 410)])
async def test_what_is_not_completed_shows_none(gateway: Gateway, state: str, status: int) -> None:
    path = await a_job(gateway, state=state, archive_run=None)

    assert (await asked(gateway, f"{path}/contact-sheet.webp"))[0] == status


async def test_the_sheet_is_gone_with_the_link(gateway: Gateway) -> None:
    path = await a_job(gateway, expires_at=datetime.now(UTC) - timedelta(seconds=1))

    _, page = await asked(gateway, path)

    assert "<img class" not in page
    assert (await asked(gateway, f"{path}/contact-sheet.webp"))[0] == 410


async def test_a_link_that_is_not_ours_shows_none(gateway: Gateway) -> None:
    assert (await asked(gateway, "/jobs/nobodys/contact-sheet.webp"))[0] == 404


async def test_the_page_comes_although_the_archives_are_away(backbone: Backbone, tmp_path: Path) -> None:
    away = {
        "AID_ARCHIVES": "s3://bucket",
        "AID_S3_ENDPOINT": "http://127.0.0.1:9",
        "AID_S3_KEY": "key",
        "AID_S3_SECRET": "secret",
    }
    async with serving_gateway(backbone, tmp_path, told=away) as gateway:
        job_id = uuid4()
        await gateway.put_row(job_id, state="completed", run=2, archive_run=2, archive_size=9, kept=30)
        path = f"/jobs/{gateway.desk.links.status_token(job_id)}"

        status, page = await asked(gateway, path)
        download = gateway.desk.links.download(job_id).rpartition("/")[2]

        assert status == 200
        assert "<img class" not in page
        for missing in (f"{path}/contact-sheet.webp", f"/download/{download}"):
            async with gateway.visitor.get(missing) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
