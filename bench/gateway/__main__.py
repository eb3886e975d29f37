"""What the gateway takes in a second, beside a bare aiohttp server that does the least of the same.

`python -m bench.gateway [--seconds 5] [--rounds 5]`: wrk asks both in turns over 32 connections, without
limits. The goals are those of the design: 40 % of the bare one for accepted jobs, 50 % for the form.
"""

import argparse
import asyncio
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench.gateway import accepting, showing
from bench.gateway.servers import both
from bench.gateway.wrk import Wrk
from bench.servers import real_servers


async def measure(wrk: Wrk, rounds: int, home: Path) -> None:
    with real_servers(home / "servers") as hosts:
        async with both(*hosts, home) as servers:
            print(await accepting.row(servers, wrk, rounds, home))
            print(await showing.row(servers, wrk, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    wrk = Wrk(arguments.seconds)
    print(f"{wrk.version()}, aiohttp {version('aiohttp')}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asyncio.run(measure(wrk, arguments.rounds, Path(folder)))


if __name__ == "__main__":
    main()
