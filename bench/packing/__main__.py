"""`python -m bench.packing [--rounds 5]`: rows of `docs/operations.md`, each a ratio measured in this run."""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.packing import beside, faraway, overlap, peers, serving
from bench.packing.origin import Origin, nginx
from bench.packing.ours import packager
from bench.packing.timing import quiet


async def measure(home: Path, rounds: int) -> None:
    folder = home / "archives"
    with nginx(home) as origin:
        os.environ["SSL_CERT_FILE"] = str(origin.authorities)  # whom OpenSSL trusts
        async with packager(folder, origin.holes) as ours:
            for tls in (False, True):
                print(await beside.row(ours, origin, rounds, tls=tls))
            print(await overlap.row(ours, origin.addresses(), rounds))
        print(await faraway.row(folder, origin, rounds))
        for more in ((), ("--tls",)):
            many(origin, rounds, *more)
        print(await serving.row(origin, home, rounds))


def many(origin: Origin, rounds: int, *more: str) -> None:
    where = (str(origin.home), str(origin.port), str(origin.tls_port), str(rounds))
    subprocess.run([sys.executable, "-m", "bench.packing.many", *where, *more], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    quiet()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    print(peers.versions())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        asyncio.run(measure(Path(home), rounds))


if __name__ == "__main__":
    main()
