"""Archives in a folder, handed out by the system's own sendfile."""

import asyncio
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, Self
from uuid import UUID

import structlog
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from services.gateway.archives.handing import Archive, ArchiveMissingError
from shared.attachments import attachment

log = structlog.get_logger()

_RANGE = re.compile(r"bytes=([0-9]{1,18})?-([0-9]{1,18})?")


class Places(Protocol):
    def path(self, job_id: UUID, run: int) -> Path: ...


@dataclass(frozen=True)
class Opened:
    file: IO[bytes]
    stat: os.stat_result

    @classmethod
    def at(cls, path: Path) -> Self:
        file = path.open("rb")
        return cls(file, os.fstat(file.fileno()))


async def serve(_request: web.Request, archive: Archive, *, archives: Places) -> web.StreamResponse:
    """Opened here, where it can still be said that it is gone: what is deleted from now on is given whole."""
    try:
        opened = await asyncio.to_thread(Opened.at, archives.path(archive.job_id, archive.run))
    except FileNotFoundError:
        log.warning("archive_vanished", job_id=str(archive.job_id), run=archive.run)
        raise ArchiveMissingError from None
    return ArchiveResponse(opened, headers=attachment(archive.query))


class ArchiveResponse(web.FileResponse):
    """An open file that is given whole where RFC 9110 wants `Range` ignored. It is closed afterwards.

    aiohttp 3.14 takes any later date in `If-Range` and ignores an ETag there, so a resumed download would be spliced.
    It refuses several ranges, and those of other units, that a server need not know; and it cuts what HEAD tells.
    """

    def __init__(self, opened: Opened, headers: Mapping[str, str]) -> None:
        super().__init__(f"/proc/self/fd/{opened.file.fileno()}", headers=headers)  # aiohttp takes names only
        self._opened = opened

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if "Range" in request.headers and not self._is_for_a_part(request):
            request = _without_range(request)
        try:
            return await super().prepare(request)
        finally:
            await asyncio.to_thread(self._opened.file.close)

    def _is_for_a_part(self, request: web.BaseRequest) -> bool:
        condition = request.headers.get("If-Range")
        if request.method != "GET" or not is_one_range(request.headers["Range"]):
            return False
        return condition is None or self._is_the_same(condition, request)

    def _is_the_same(self, condition: str, request: web.BaseRequest) -> bool:
        # Both as FileResponse says them.
        stat = self._opened.stat
        if (date := request.if_range) is not None:
            return date.timestamp() == math.ceil(stat.st_mtime)
        return condition == f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'


def is_one_range(text: str) -> bool:
    match = _RANGE.fullmatch(text)
    if match is None or match[0] == "bytes=-":
        return False
    return not (match[1] and match[2]) or int(match[1]) <= int(match[2])


def _without_range(request: web.BaseRequest) -> web.BaseRequest:
    kept = [(name, text) for name, text in request.headers.items() if name.lower() not in ("range", "if-range")]
    return request.clone(headers=kept)
