"""Archives in a bucket: the browser is sent there, to an address that needs no key and lives as long as the link."""

from datetime import timedelta
from typing import Literal, Protocol
from uuid import UUID

from aiohttp import web

from services.gateway.handing import Archive

_UNTIL_THE_MAIL = timedelta(minutes=5)
"""Before its mail is out a link has no end yet."""
_SHORTEST = timedelta(seconds=1)
_LONGEST = timedelta(days=7)
"""S3 signs for no longer."""


class Linking(Protocol):
    async def link(self, job_id: UUID, run: int, method: Literal["GET", "HEAD"], life: timedelta) -> str: ...


async def redirect(request: web.Request, archive: Archive, *, archives: Linking) -> web.StreamResponse:
    """A signature is for one method: whoever asked with HEAD asks there with HEAD."""
    method: Literal["GET", "HEAD"] = "HEAD" if request.method == "HEAD" else "GET"
    link = await archives.link(archive.job_id, archive.run, method, life_of(archive.left))
    return web.Response(status=307, headers={"Location": link})


def life_of(left: timedelta | None) -> timedelta:
    return max(_SHORTEST, min(_LONGEST, _UNTIL_THE_MAIL if left is None else left))
