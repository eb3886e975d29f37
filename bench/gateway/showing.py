"""The form, as a page."""

from statistics import median

from bench.gateway.servers import Servers
from bench.gateway.wrk import Wrk


async def row(servers: Servers, wrk: Wrk, rounds: int) -> str:
    taken = {f"{servers.gateway}/": list[float](), f"{servers.bare}/": list[float]()}
    for _ in range(rounds + 1):
        for url, rates in taken.items():
            rates.append(await wrk.per_second(url))
    ours, bare = (median(rates[1:]) for rates in taken.values())
    return f"form: {ours:,.0f} pages/s, {ours / bare:.0%} of the bare server's {bare:,.0f}"
