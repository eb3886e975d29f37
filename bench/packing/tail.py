"""Hosts as they are far away: 50 to 200 ms, and of a hundred answers two take 3 s more, two are 500, one is cut off.

`python -m bench.packing.tail PORT FOLDER`: a process of its own.
"""

import asyncio
import sys
from pathlib import Path
from random import Random

from aiohttp import web

SLOW, WRONG, CUT = 2, 4, 5  # below each of these, of a hundred
LATER = 3.0


async def picture(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    rng = Random(name)
    await asyncio.sleep(rng.uniform(0.05, 0.2))
    turn = int(name.partition(".")[0]) * 37 % 100
    if turn < SLOW:
        await asyncio.sleep(LATER)
    if SLOW <= turn < WRONG:
        return web.Response(status=500)
    if WRONG <= turn < CUT:
        if request.transport:  # gone already when whoever asked has hung up
            request.transport.abort()
        return web.Response()
    return web.FileResponse(Path(sys.argv[2]) / name)


if __name__ == "__main__":
    app = web.Application()
    app.router.add_get(r"/{name:\d+\.jpg}", picture)
    web.run_app(app, host="0.0.0.0", port=int(sys.argv[1]), print=lambda *_: None, access_log=None)  # noqa: S104 - all of 127/8
