"""Archives in a bucket: the browser is sent there, to an address that needs no key and dies with the link.

Its time counts when a download begins, or is taken up again: one that runs is not cut off.
"""

from datetime import timedelta
from typing import Literal, Protocol
from uuid import UUID

from aiohttp import web

from services.gateway.archives.handing import Archive

_UNTIL_THE_MAIL = timedelta(minutes=1)
"""Before its mail is out a link has no end yet; then it will live for its whole length."""
_SHORTEST = timedelta(seconds=1)
_LONGEST = timedelta(days=7)
"""S3 signs for whole seconds, and for no longer."""


class Linking(Protocol):
    async def link(self, job_id: UUID, run: int, method: Literal["GET", "HEAD"], life: timedelta) -> str: ...


async def redirect(
    request: web.Request, archive: Archive, *, archives: Linking, link_life: timedelta
) -> web.StreamResponse:
    """A signature is for one method: whoever asked with HEAD asks there with HEAD."""
    method: Literal["GET", "HEAD"] = "HEAD" if request.method == "HEAD" else "GET"
    link = await archives.link(archive.job_id, archive.run, method, life_of(archive.left, link_life))
    return web.Response(status=307, headers={"Location": link})


def life_of(left: timedelta | None, link_life: timedelta) -> timedelta:
    """Of the address, by what is `left` of the link, and by its whole length where that is not known yet."""
    return max(_SHORTEST, min(_LONGEST, min(_UNTIL_THE_MAIL, link_life) if left is None else left))
