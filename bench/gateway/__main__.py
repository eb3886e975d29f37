"""What the gateway takes: jobs and pages in a second, open status pages, slow clients.

`python -m bench.gateway [--seconds 5] [--rounds 5] [--calm 20]`. Jobs and pages beside a bare aiohttp server that does
the least of the same: wrk asks both in turns over 32 connections. The goals are those of the design: 40 % of the bare
one for accepted jobs without limits, 50 % for the form.
"""

import argparse
import asyncio
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench.gateway import accepting, open_pages, showing, slow_clients
from bench.gateway.servers import both
from bench.gateway.wrk import Wrk
from bench.servers import provision, real_servers
from tests.unlimited import WITHOUT_LIMITS

PAGES, SLOW = 500, 500

OUT_OF_REACH = dict.fromkeys(WITHOUT_LIMITS, "1000000000")
"""Every limit is counted, and none is met."""


async def measure(wrk: Wrk, rounds: int, calm: float, home: Path) -> None:
    with real_servers(home / "servers") as hosts:
        await provision(*hosts)
        async with both(*hosts, home) as servers:
            print(await accepting.row(servers, wrk, rounds, home))
            print(await showing.row(servers, wrk, rounds))
            await slow_clients.rows(servers, SLOW, calm)
        async with both(*hosts, home, OUT_OF_REACH) as servers:
            print(f"with limits, {await accepting.row(servers, wrk, rounds, home)}")
        await open_pages.rows(PAGES, calm, *hosts, home)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calm", type=float, default=20, help="seconds of open pages and slow clients")
    arguments = parser.parse_args()
    wrk = Wrk(arguments.seconds)
    print(f"{wrk.version()}, aiohttp {version('aiohttp')}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asyncio.run(measure(wrk, arguments.rounds, arguments.calm, Path(folder)))


if __name__ == "__main__":
    main()
