"""Archives in a folder, handed out by the system's own sendfile."""

import asyncio
import math
import re
from pathlib import Path
from typing import Protocol
from uuid import UUID

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from services.gateway.handing import Archive
from shared.attachments import attachment

_RANGE = re.compile(r"bytes=([0-9]{1,18})?-([0-9]{1,18})?")


class Places(Protocol):
    def path(self, job_id: UUID, run: int) -> Path: ...


async def serve(_request: web.Request, archive: Archive, *, archives: Places) -> web.StreamResponse:
    return ArchiveResponse(archives.path(archive.job_id, archive.run), headers=attachment(archive.query))


class ArchiveResponse(web.FileResponse):
    """A file that is given whole where RFC 9110 wants `Range` ignored.

    aiohttp 3.14 takes any later date in `If-Range` and ignores an ETag there, so a resumed download would be spliced.
    It refuses several ranges, and those of other units, that a server need not know; and it cuts what HEAD tells.
    """

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if "Range" in request.headers and not await self._is_for_a_part(request):
            request = _without_range(request)
        return await super().prepare(request)

    async def _is_for_a_part(self, request: web.BaseRequest) -> bool:
        condition = request.headers.get("If-Range")
        if request.method != "GET" or not is_one_range(request.headers["Range"]):
            return False
        return condition is None or await asyncio.to_thread(self._is_the_same, condition, request)

    def _is_the_same(self, condition: str, request: web.BaseRequest) -> bool:
        stat = self._path.stat()
        # Both as FileResponse says them.
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
