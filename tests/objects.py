"""The real S3 server as the services are told of it, and one in front of it that fails when it is told to."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from aiohttp import ClientSession, web
from pydantic import SecretStr
from yarl import URL

from deploy.local.objects import KEY, SECRET, Objects
from deploy.local.ports import LOOPBACK, free_ports
from shared.s3archives import Bucket

FULL, SILENT = 507, 0

Head = tuple[str, str, frozenset[str]]
"""How a request begins: its method, the first part of its path, and the names of its headers."""


def a_bucket(objects: Objects, endpoint: str | None = None) -> Bucket:
    """Its own folder of the one bucket: nothing of other tests lies there."""
    endpoint = endpoint or objects.url
    return Bucket(objects.bucket, f"test {uuid4().hex}", endpoint, endpoint, "us-east-1", KEY, SecretStr(SECRET))


def told_of(bucket: Bucket) -> dict[str, str]:
    return {
        "AID_ARCHIVES": f"s3://{bucket.name}/{bucket.prefix.replace(' ', '%20')}",
        "AID_S3_ENDPOINT": bucket.endpoint,
        "AID_S3_KEY": bucket.key,
        "AID_S3_SECRET": bucket.secret.get_secret_value(),
    }


@dataclass
class Front:
    """Passes on what it is asked, by method, or answers `failing` itself. A full server fails only what needs room."""

    behind: str
    url: str = ""
    failing: int | None = None
    asked: list[str] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.method)
        self.heads.append((request.method, request.path.split("/")[1], frozenset(map(str.lower, request.headers))))
        if self.failing == SILENT:
            await asyncio.Event().wait()
        if self.failing is not None and (self.failing != FULL or request.method == "PUT"):
            return web.Response(status=self.failing)
        # The signature is of the Host that the client meant.
        url = URL(f"{self.behind}{request.raw_path}", encoded=True)
        async with (
            ClientSession(auto_decompress=False) as session,
            session.request(
                request.method,
                url,
                data=io.BytesIO(await request.read()),
                headers=request.headers,
                allow_redirects=False,
            ) as answer,
        ):
            body = await answer.read()
            kept = {name: text for name, text in answer.headers.items() if name.lower() != "transfer-encoding"}
            return web.Response(status=answer.status, body=body, headers=kept)


@asynccontextmanager
async def in_front_of(objects: Objects) -> AsyncIterator[Front]:
    front = Front(objects.url)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", front.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, LOOPBACK, port).start()
    front.url = f"http://{LOOPBACK}:{port}"
    try:
        yield front
    finally:
        await runner.cleanup()
