"""The whole picture web in one event loop, on one port: search site on 127.0.0.1, picture hosts on 127.0.1.1-60."""

import errno
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from socket import SO_REUSEADDR, SOL_SOCKET, socket
from typing import Self

from aiohttp import web

from tests.pictureweb.addresses import PICTURE_HOSTS, SEARCH_HOST, engine_urls, picture_addresses
from tests.pictureweb.google import SearchSite, search_app
from tests.pictureweb.hosts import PictureHosts, hosts_app
from tests.pictureweb.markup import Markups
from tests.pictureweb.pictures import Album
from tests.pictureweb.visits import Place
from tests.pictureweb.wishes import Wish

FREE_PORT_TRIES = 20


@dataclass(frozen=True)
class PictureWeb:
    """``visits`` counts requests by (address that was connected to, path); a test may ``clear()`` it."""

    port: int
    visits: Counter[Place] = field(default_factory=Counter)

    @property
    def google_url(self) -> str:
        return f"http://{SEARCH_HOST}:{self.port}"

    @property
    def engine_urls(self) -> dict[str, str]:
        """The base address of each engine."""
        return engine_urls(self.port)

    @property
    def addresses(self) -> list[str]:
        return picture_addresses(self.port)

    def visited(self, path: str = "/", host: str = "") -> int:
        """How many requests there were for paths that begin with ``path``, on that host or on any."""
        return sum(n for (at, seen), n in self.visits.items() if seen.startswith(path) and host in ("", at))

    @classmethod
    @asynccontextmanager
    async def running(cls, port: int = 0, *, default: Wish | None = None) -> AsyncIterator[Self]:
        """Serves while the block runs. ``port`` 0 takes a free one; ``default`` is what a search without knobs gets."""
        search_socket, *host_sockets = _bound(port)
        site = cls(search_socket.getsockname()[1])
        album = Album.drawn()
        search = search_app(SearchSite(album, Markups.of(album), default or Wish(), site.port), site.visits)
        hosts = hosts_app(PictureHosts(album), site.visits)
        async with AsyncExitStack() as stack:
            await _serve(stack, search, [search_socket])
            await _serve(stack, hosts, host_sockets)
            yield site


async def _serve(stack: AsyncExitStack, app: web.Application, sockets: list[socket]) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    for bound in sockets:
        await web.SockSite(runner, bound).start()


def _bound(port: int) -> list[socket]:
    """A socket for each address, the search site's first, all on one port."""
    for _ in range(FREE_PORT_TRIES):
        sockets: list[socket] = []
        try:
            for host in (SEARCH_HOST, *PICTURE_HOSTS):
                sockets.append(_listening_at(host, port or (sockets[0].getsockname()[1] if sockets else 0)))
        except OSError as error:
            for bound in sockets:
                bound.close()
            if port or error.errno != errno.EADDRINUSE:
                raise
        else:
            return sockets
    raise OSError(errno.EADDRINUSE, "no port is free on all loopback addresses")


def _listening_at(host: str, port: int) -> socket:
    bound = socket()
    bound.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
