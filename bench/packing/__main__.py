"""`python -m bench.packing [--rounds 5]`: rows of `docs/operations.md`, each a ratio measured in this run."""

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from bench.listening import listening
from bench.packing import peers
from bench.packing.origin import PICTURES, Origin, nginx
from bench.packing.ours import pack
from deploy.local.ports import free_ports
from services.packager.fetchers import guarded_fetcher
from services.packager.fetching import Fetcher
from services.packager.settings import Settings

JOBS = 10
WANTED = 427


def settings(folder: Path, holes: str) -> Settings:
    return Settings(
        kafka_url="unused:1", cassandra_hosts="unused:1", archives=folder.as_uri(), allowed_private_addresses=holes
    )


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def seconds_of(peer: Callable[..., None], *arguments: object) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        peer(Path(folder), *arguments)
        return time.perf_counter() - began


async def compare(fetcher: Fetcher, folder: Path, origin: Origin, rounds: int, *, tls: bool) -> float:
    """In turns; prints our median and how many times as long each peer takes."""
    addresses = origin.addresses(tls=tls)

    async def ours() -> None:
        built = await pack(fetcher, folder, addresses, PICTURES)
        if built.kept != PICTURES:
            raise RuntimeError(f"only {built.kept} kept: {built.refused}")

    await ours()
    taken: dict[str, list[float]] = {"ours": [], "curl -Z, zip -0": [], "original": [], "img2dataset": []}
    for _ in range(rounds):
        taken["ours"].append(await seconds(ours))
        for name, peer in (("curl -Z, zip -0", peers.curl_and_zip), ("original", peers.original)):
            taken[name].append(await asyncio.to_thread(seconds_of, peer, addresses, origin.authority))
    taken["img2dataset"].append(await asyncio.to_thread(seconds_of, peers.img2dataset, addresses, origin.authority))
    mine = median(taken.pop("ours"))
    others = ", ".join(
        f"{name} {median(times):.2f} s ({median(times) / mine:.1f} times)" for name, times in taken.items()
    )
    print(f"{'TLS' if tls else 'in clear'}: ours {mine:.2f} s, {PICTURES / mine:.0f} pictures a second; {others}")
    return mine


async def many(fetcher: Fetcher, folder: Path, origin: Origin, one: float) -> None:
    addresses = origin.addresses()
    taken = await seconds(lambda: asyncio.gather(*(pack(fetcher, folder, addresses, PICTURES) for _ in range(JOBS))))
    rate = JOBS * PICTURES / taken
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{JOBS} jobs at once: {rate:.0f} a second, {rate * one / PICTURES:.2f} times one; {memory} MiB at most")


async def tail(folder: Path, origin: Origin, rounds: int) -> None:
    """427 good ones of 500 candidates."""
    (port,) = free_ports(1)
    command = (sys.executable, "-m", "bench.packing.tail", str(port), str(origin.home / "www"))
    addresses = [f"http://{origin.hosts[n % len(origin.hosts)]}:{port}/{n}.jpg" for n in range(PICTURES)]
    holes = ",".join(f"{host}:{port}" for host in origin.hosts)
    server = await asyncio.create_subprocess_exec(*command)
    try:
        await listening(port)
        async with guarded_fetcher(settings(folder, holes)) as fetcher:
            taken = [await seconds(lambda: pack(fetcher, folder, addresses, WANTED)) for _ in range(rounds)]
    finally:
        server.terminate()
        await server.wait()
    print(f"{WANTED} of {PICTURES}, far away, 5 % bad: {median(taken):.2f} s")


async def measure(home: Path, rounds: int) -> None:
    folder = home / "archives"
    with nginx(home) as origin:
        os.environ["SSL_CERT_FILE"] = str(origin.authority)  # whom OpenSSL trusts
        async with guarded_fetcher(settings(folder, origin.holes)) as fetcher:
            one = await compare(fetcher, folder, origin, rounds, tls=False)
            await compare(fetcher, folder, origin, rounds, tls=True)
            await many(fetcher, folder, origin, one)
        await tail(folder, origin, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(peers.versions())
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(measure(Path(home), arguments.rounds))


if __name__ == "__main__":
    main()
