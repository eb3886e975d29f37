import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from services.gateway.archives.files import is_one_range, serve
from services.gateway.archives.handing import Archive
from services.gateway.web.problem_answers import answer_problems
from services.gateway.web.serving import serving_web
from shared.localarchives import LocalArchives

CONTENT = b"0123456789" * 1000


@pytest.mark.parametrize("text", ["bytes=0-", "bytes=0-0", "bytes=5-9", "bytes=-5", "bytes=7-7"])
def test_one_range_is_a_beginning_an_end_or_both(text: str) -> None:
    assert is_one_range(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "bytes", "bytes=", "bytes=-", "bytes=9-5", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=\u0663-"),
        *("bytes=--1", "bytes=0-1x", f"bytes={'9' * 5000}-"),
    ],
)
def test_anything_else_is_no_range_to_go_by(text: str) -> None:
    assert not is_one_range(text)


@asynccontextmanager
async def serving(folder: Path, *, gone: str) -> AsyncIterator[ClientSession]:
    """One archive of that folder, which is deleted "before" or "after" it is opened, or "never"."""
    archives, archive = LocalArchives(folder), Archive(uuid4(), 1, "cats", left=None)
    path = archives.path(archive.job_id, archive.run)
    path.write_bytes(CONTENT)

    async def download(request: web.Request) -> web.StreamResponse:
        if gone == "before":
            path.unlink()
        answer = await serve(request, archive, archives=archives)
        if gone == "after":
            path.unlink()
        return answer

    app = web.Application(middlewares=[answer_problems])
    app.router.add_get("/api/zip", download)
    async with serving_web(app, "127.0.0.1", 0) as port, ClientSession(f"http://127.0.0.1:{port}") as visitor:
        yield visitor


RANGES = [{}, {"Range": "bytes=5-9"}, {"Range": "bytes=5-9", "If-Range": '"another"'}]
WHICH = ["all", "a part", "a part of another"]


@pytest.mark.parametrize("headers", RANGES, ids=WHICH)
async def test_an_archive_that_vanishes_before_it_is_opened_is_said_to_be_missing(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    with capture_logs() as logs:
        async with serving(tmp_path, gone="before") as visitor, visitor.get("/api/zip", headers=headers) as answer:
            told = await answer.json(content_type="application/problem+json")

    assert (answer.status, told["code"], answer.headers["Retry-After"]) == (503, "archive_missing", "30")
    assert "Content-Disposition" not in answer.headers
    assert "archive_vanished" in [line["event"] for line in logs]


@pytest.mark.parametrize(
    ("headers", "given"), list(zip(RANGES, [CONTENT, CONTENT[5:10], CONTENT], strict=True)), ids=WHICH
)
async def test_an_archive_that_vanishes_once_it_is_open_is_given(
    tmp_path: Path, headers: dict[str, str], given: bytes
) -> None:
    async with serving(tmp_path, gone="after") as visitor, visitor.get("/api/zip", headers=headers) as answer:
        assert await answer.read() == given

    assert answer.headers["Content-Type"] == "application/zip"


def open_files() -> list[Path]:
    return [number.resolve() for number in Path("/proc/self/fd").iterdir()]


@pytest.mark.parametrize("headers", [*RANGES, {"Range": "bytes=99999-"}, {"If-None-Match": "*"}])
async def test_no_file_stays_open_behind_an_answer(tmp_path: Path, headers: dict[str, str]) -> None:
    async with serving(tmp_path, gone="never") as visitor, visitor.get("/api/zip", headers=headers) as answer:
        await answer.read()

        async with asyncio.timeout(5):
            while any(path.is_relative_to(tmp_path) for path in open_files()):
                await asyncio.sleep(0.01)
