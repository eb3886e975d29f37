"""The scrapers' browsers in a fault test's hands: how they break, and what is left of them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.scraper import leash
from services.scraper.homes import PREFIX
from shared.tasks import in_background
from tests.faults.instances import Instance
from tests.integration.processes import command_of, descendants, zombies

LOOK_SECONDS = 0.1


def drivers_of(scraper: Instance) -> list[int]:
    return [pid for pid in descendants(scraper.pid) if program_of(pid) == "chromedriver"]


def browsers_of(scraper: Instance) -> list[int]:
    """Each one's first process."""
    family = descendants(scraper.pid)
    return [pid for pid in family if program_of(pid) == "chromium" and not is_helper(pid)]


def leashes_of(scraper: Instance) -> list[int]:
    """One for each browser that the scraper believes to have."""
    return [pid for pid in descendants(scraper.pid) if leash.__file__ in command_of(pid)]


def program_of(pid: int) -> str:
    return Path(command_of(pid)[0]).name if command_of(pid) else ""


def is_helper(pid: int) -> bool:
    return any(argument.startswith("--type=") for argument in command_of(pid))


def is_home(path: Path) -> bool:
    return path.is_absolute() and path.name.startswith(PREFIX)


def hit(pids: Sequence[int], number: signal.Signals) -> int:
    """Those that have not just gone by themselves; how many that were."""
    struck = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            struck += 1
    return struck


@dataclass
class Footprints:
    """What the scrapers' browsers take of the machine. Only what was ever seen is looked for afterwards."""

    scrapers: Sequence[Instance]
    family: set[int] = field(default_factory=set)
    homes: set[Path] = field(default_factory=set)

    def look(self) -> None:
        for scraper in self.scrapers:
            for pid in descendants(scraper.pid):
                self.family.add(pid)
                self.homes.update(path for path in map(Path, command_of(pid)) if is_home(path))

    def left(self) -> list[str]:
        """What should not be there: more than one browser each, folders of others, the unburied.

        What died while it was idle is buried some seconds later: one may lie there for each scraper.
        """
        browsers = [len(leashes_of(scraper)) for scraper in self.scrapers]
        homes = [home for home in self.homes if home.exists()]
        unburied = zombies() & self.family
        return [
            *(f"{number} browsers of one scraper" for number in browsers if number > 1),
            *(f"{homes} of {sum(browsers)} browsers" for _ in range(len(homes) > sum(browsers))),
            *(f"{unburied} of {len(self.scrapers)} scrapers" for _ in range(len(unburied) > len(self.scrapers))),
        ]

    def let_go_on(self) -> None:
        """Whoever was made to stand still and has not been missed yet."""
        for scraper in self.scrapers:
            hit(list(descendants(scraper.pid)), signal.SIGCONT)

    def descriptors(self) -> dict[int, int]:
        return {scraper.pid: len(list(Path(f"/proc/{scraper.pid}/fd").iterdir())) for scraper in self.scrapers}


@asynccontextmanager
async def watched(scrapers: Sequence[Instance]) -> AsyncIterator[Footprints]:
    footprints = Footprints(scrapers)
    async with in_background(_watch(footprints)):
        yield footprints


async def _watch(footprints: Footprints) -> None:
    while True:
        footprints.look()
        await asyncio.sleep(LOOK_SECONDS)
