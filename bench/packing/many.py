"""`python -m bench.packing.many HOME PORT TLS_PORT ROUNDS [--tls]`: ten jobs at once, and the memory that takes.

A process of its own with all that the service imports, so that its memory is the service's.
"""

import argparse
import asyncio
import os
import re
import tempfile
from pathlib import Path
from statistics import median

import services.packager.app  # noqa: F401 - for its weight
from bench.packing.album import PICTURES
from bench.packing.origin import Origin
from bench.packing.ours import Finds, Packager, packager
from bench.packing.timing import quiet, seconds

JOBS = 10


async def rates(ours: Packager, addresses: list[str], rounds: int) -> tuple[float, float]:
    """Pictures a second, medians: of one job, and of ten at once."""
    finds = Finds.all_of(addresses)

    async def pack(jobs: int) -> float:
        taken = await seconds(asyncio.gather(*(ours.pack(finds, PICTURES) for _ in range(jobs))))
        await ours.sheets.drawn()
        return taken

    await pack(1)
    taken = [(await pack(1), await pack(JOBS)) for _ in range(rounds)]
    one, ten = (median(times) for times in zip(*taken, strict=True))
    return PICTURES / one, JOBS * PICTURES / ten


async def measure(origin: Origin, rounds: int, *, tls: bool) -> None:
    os.environ["SSL_CERT_FILE"] = str(origin.authorities)
    with tempfile.TemporaryDirectory(dir=origin.home) as folder:
        async with packager(Path(folder), origin.holes) as ours:
            one, ten = await rates(ours, origin.addresses(tls=tls), rounds)
    where = "over TLS" if tls else "in clear"
    print(f"{JOBS} jobs at once {where}: {ten:.0f} a second, {ten / one:.2f} times one; {peak_memory()} MiB at most")


def peak_memory() -> int:
    """MiB. What `getrusage` says begins with the memory of the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("ports", type=int, nargs=2)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--tls", action="store_true")
    told = parser.parse_args()
    quiet()
    asyncio.run(measure(Origin(told.home, *told.ports), told.rounds, tls=told.tls))


if __name__ == "__main__":
    main()
