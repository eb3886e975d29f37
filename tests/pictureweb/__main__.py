"""``python -m tests.pictureweb --port 8090``: serves until it is told to stop."""

import argparse
import asyncio
import signal
from contextlib import AsyncExitStack

from tests.pictureweb.front import front
from tests.pictureweb.site import PictureWeb


async def serve(port: int, host: str | None) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(PictureWeb.running(port))
        if host:
            await stack.enter_async_context(front(host, web.port))
        seen_at = f"http://{host}:{web.port}" if host else web.google_url
        print(f"picture web: {seen_at}/search?q=cats&udm=2", flush=True)  # noqa: T201 - a person started it
        await stopped.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.pictureweb", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="of every address; 0 takes a free one")
    parser.add_argument("--front", metavar="HOST", help="this machine's name or address, to serve other machines there")
    said = parser.parse_args()
    asyncio.run(serve(said.port, said.front))
