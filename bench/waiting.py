"""What jobs that are due and wait for a scraper cost the scheduler and Cassandra, while they wait.

`python -m bench.waiting [--jobs 3000] [--seconds 70]`: so many fall due at once, and no scraper runs. Each is looked
after once a minute (its watchdog), for nobody would otherwise notice that a worker has died which had just begun it.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench.footprint import peak_memory
from bench.scaling.crew import crew, seconds_of
from bench.scaling.site import a_site
from deploy.local.processes import Processes
from shared.events import SearchDue


async def measure(jobs: int, seconds: float, home: Path) -> None:
    async with a_site(home / "site") as site, crew("scheduler", 1, site.environment, site.logs) as scheduler:
        node = Processes(site.logs).pid("cassandra")
        waiting = await site.wishes.submit(jobs, query="pandas", images=100, due_in=10 + jobs / 100)
        await site.wishes.told_of(waiting, SearchDue)
        before = sum(scheduler.spent()), seconds_of(node)
        await asyncio.sleep(seconds)
        after = sum(scheduler.spent()), seconds_of(node)
        ours, its = (1000 * 60 / seconds * (late - early) / jobs for early, late in zip(before, after, strict=True))
        memory = peak_memory(scheduler.members[0].pid)
        print(f"{jobs} jobs wait: each costs {ours:.2f} ms of CPU a minute in the scheduler, {its:.2f} in Cassandra")
        print(f"a million of them: {ours / 0.06:.0f} processors and {its / 0.06:.0f}; here {memory} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=70)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asyncio.run(measure(told.jobs, told.seconds, Path(folder)))


if __name__ == "__main__":
    main()
