"""One job whose hosts are far away and partly bad; they are in `tail.py`."""

import asyncio
import sys
from pathlib import Path
from statistics import median

from bench.listening import listening
from bench.packing.album import PICTURES
from bench.packing.origin import HOSTS, Origin
from bench.packing.ours import Finds, packager
from bench.packing.timing import seconds
from deploy.local.ports import free_ports

WANTED = 427


async def row(folder: Path, origin: Origin, rounds: int) -> str:
    """427 good ones of 500 candidates."""
    (port,) = free_ports(1)
    command = (sys.executable, "-m", "bench.packing.tail", str(port), str(origin.files))
    finds = Finds.all_of([f"http://{origin.hosts[n % HOSTS]}:{port}/{n}.jpg" for n in range(PICTURES)])
    server = await asyncio.create_subprocess_exec(*command)
    try:
        await listening(port)
        async with packager(folder, ",".join(f"{host}:{port}" for host in origin.hosts)) as ours:
            taken = list[float]()
            for _ in range(rounds):
                taken.append(await seconds(ours.pack(finds, WANTED)))
                await ours.sheets.drawn()
    finally:
        server.terminate()
        await server.wait()
    return f"{WANTED} of {PICTURES}, far away, 5 % bad: {median(taken):.2f} s"
