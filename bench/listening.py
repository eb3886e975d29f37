"""Waiting for a server that a measurement has started."""

import asyncio


async def listening(port: int) -> None:
    """Until something takes connections there on 127.0.0.1; TimeoutError after a minute."""
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
