"""Every route of the gateway, asked of its own router: a new one cannot be forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from aiohttp import web

from services.gateway.app import build_web
from tests.unit.gateway.site import ROW, a_desk

FILES = {"/static/bootstrap": "/bootstrap.min.css", "/static": "/site.css"}


@dataclass(frozen=True)
class Route:
    """`path` leads there, with made-up tokens."""

    name: str
    method: str
    path: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def body(self) -> dict[str, object]:
        """For a client's request: what its handler reads, if it does."""
        if self.method != "POST":
            return {}
        return {"json": ROW} if self.is_api else {"data": ROW}


def every_route() -> list[Route]:
    app = build_web(a_desk(Path(gettempdir())))
    return [route for resource in app.router.resources() for route in _routes(resource)]


def _routes(resource: web.AbstractResource) -> Iterator[Route]:
    path = re.sub(r"{[^}]+}", "made-up", resource.canonical)
    for route in resource:
        if route.method != "HEAD":
            yield Route(resource.name or "", route.method, path + FILES.get(path, ""))
