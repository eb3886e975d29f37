"""Searching and packing at once: a real browser scrolls the local Google while its first hundreds are fetched.

The addresses it finds are counted; as many of nginx's are fetched for them, for the picture web's own hosts are slow.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from statistics import median
from uuid import UUID, uuid4

from bench.packing.ours import Finds, Packager
from bench.packing.timing import seconds
from bench.search import local_google, picture_web
from services.scraper.engines import Query
from services.scraper.engines.google import Google
from services.scraper.harvest import Harvest


@asynccontextmanager
async def google() -> AsyncIterator[Google]:
    async with picture_web() as port, local_google(port) as engine:
        yield engine


async def search(engine: Google, words: str, finds: Finds, ring: Callable[[], None]) -> None:
    harvest = Harvest(len(finds.addresses))
    async with aclosing(engine.search(Query(words))) as batches:
        async for batch in batches:
            harvest.take(engine.name, batch.hits)
            finds.so_far = harvest.found
            finds.finished = harvest.complete
            ring()
            if harvest.complete:
                return
    raise RuntimeError(f"only {harvest.found} found")


async def row(packager: Packager, addresses: list[str], rounds: int) -> str:
    """Medians of: the search alone, the packing alone, and both at once."""
    alone, after, both = list[float](), list[float](), list[float]()
    async with google() as engine:
        for number in range(rounds + 1):
            alone.append(await seconds(search(engine, f"alone {number}", _nothing(addresses), lambda: None)))
            after.append(await seconds(packager.pack(Finds.all_of(addresses), len(addresses))))
            await packager.sheets.drawn()
            both.append(await seconds(_both(packager, engine, f"both {number}", addresses)))
            await packager.sheets.drawn()
    search_s, pack_s, both_s = (median(times[1:]) for times in (alone, after, both))
    longer = max(search_s, pack_s)
    return (
        f"search and pack of {len(addresses)}: {both_s:.2f} s; search alone {search_s:.2f} s, "
        f"pack alone {pack_s:.2f} s; {both_s / longer:.2f} times the longer"
    )


async def _both(packager: Packager, engine: Google, words: str, addresses: list[str]) -> None:
    finds, job_id = _nothing(addresses), uuid4()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(search(engine, words, finds, _ringing(packager, job_id)))
        tasks.create_task(packager.pack(finds, len(addresses), job_id))


def _ringing(packager: Packager, job_id: UUID) -> Callable[[], None]:
    return lambda: packager.bells.ring(job_id, 1)


def _nothing(addresses: list[str]) -> Finds:
    return Finds(addresses, 0, finished=False)
