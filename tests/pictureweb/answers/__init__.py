"""What a host answers for each kind of picture: an async function of the request, the album and the number."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.pictureweb.answers import broken, redirects, refusals, whole
from tests.pictureweb.pictures import Album

Answer = Callable[[web.Request, Album, int], Awaitable[web.StreamResponse]]

ANSWERS: dict[str, Answer] = {
    "good": whole.jpeg,
    "png": whole.png,
    "gif": whole.gif,
    "webp": whole.webp,
    "twin": whole.jpeg,
    "mislabelled": whole.mislabelled,
    "untyped": whole.jpeg,
    "slow": whole.slow,
    "hotlink": whole.hotlink,
    "pixel": whole.pixel,
    "bomb": whole.bomb,
    "missing": refusals.missing,
    "html": refusals.html,
    "disguised": refusals.disguised,
    "svg": refusals.svg,
    "error": refusals.error,
    "error-once": refusals.error_once,
    "busy": refusals.busy,
    "busy-once": refusals.busy_once,
    "redirect": redirects.one,
    "loop": redirects.loop,
    "chain": redirects.chain,
    "to-loopback": redirects.to_loopback,
    "to-metadata": redirects.to_metadata,
    "to-private": redirects.to_private,
    "to-file": redirects.to_file,
    "short": broken.short,
    "truncated": broken.truncated,
    "overrun": broken.overrun,
    "reset": broken.reset,
    "drip": broken.drip,
    "endless": broken.endless,
    "huge": broken.huge,
    "avif": whole.avif,
    "reencoded": whole.reencoded,
    "noai": whole.noai,
    "disallowed": whole.jpeg,
}
