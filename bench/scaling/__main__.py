"""What two and three processes of a service bring against one, each service scaled alone.

`python -m bench.scaling [--stage scraper] [--repeats 3] [--jobs N] [--counts 1,2,3]`: real Kafka, Cassandra, pictures
and mail relay on loopback, the services as processes. Each stage has servers of its own, and a load that waits as the
world lets it wait; what it waits for is said in its line. A rate that no longer grows while the processors in all come
near the machine's has met their end and not the design's.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench.scaling import growing, rounds
from bench.scaling.stages import STAGES

GROWING = "growing"
NAMES = (*(stage.service for stage in STAGES), GROWING)


async def measure(told: argparse.Namespace, home: Path) -> None:
    for stage in STAGES:
        if stage.service in told.stage:
            await rounds.rows(stage, told.counts, told.repeats, told.jobs, home)
    if GROWING in told.stage:
        await growing.row(told.jobs or growing.JOBS, home)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", nargs="*", choices=NAMES, default=NAMES)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--jobs", type=int, help="of each round, instead of the stage's own number")
    parser.add_argument("--counts", type=_numbers, default=(1, 2, 3))
    told = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    print(f"Python {sys.version.split()[0]}, aiohttp {version('aiohttp')}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asyncio.run(measure(told, Path(folder)))


if __name__ == "__main__":
    main()
