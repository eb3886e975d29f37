"""One job beside the other ways to the same ZIP, in turns."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.packing import peers
from bench.packing.album import PICTURES
from bench.packing.origin import Origin
from bench.packing.ours import Finds, Packager
from bench.packing.timing import seconds

QUICK = {"curl -Z, zip -0": peers.curl_and_zip, "original": peers.original}


async def row(ours: Packager, origin: Origin, rounds: int, *, tls: bool) -> str:
    """Our median, and how many times as long each peer takes; the slowest of them is asked once."""
    addresses = origin.addresses(tls=tls)
    finds = Finds.all_of(addresses)
    await ours.pack(finds, PICTURES)
    await ours.sheets.drawn()
    mine, sheets, taken = list[float](), list[float](), {name: list[float]() for name in (*QUICK, "img2dataset")}
    for _ in range(rounds):
        mine.append(await seconds(ours.pack(finds, PICTURES)))
        sheets.append(await seconds(ours.sheets.drawn()))
        for name, peer in QUICK.items():
            taken[name].append(await asyncio.to_thread(_seconds_of, peer, addresses, origin.authorities))
    taken["img2dataset"].append(await asyncio.to_thread(_seconds_of, peers.img2dataset, addresses, origin.authorities))
    told = _told("TLS" if tls else "in clear", median(mine), {name: median(times) for name, times in taken.items()})
    return f"{told}; the contact sheet {median(sheets):.2f} s later"


def _seconds_of(peer: Callable[..., None], *arguments: object) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        peer(Path(folder), *arguments)
        return time.perf_counter() - began


def _told(how: str, mine: float, taken: dict[str, float]) -> str:
    others = ", ".join(f"{name} {time:.2f} s ({time / mine:.1f} times)" for name, time in taken.items())
    return f"{how}: ours {mine:.2f} s, {PICTURES / mine:.0f} pictures a second; {others}"
