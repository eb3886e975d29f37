"""How the search of a job went, engine by engine: written by the scraper, read by the packager and the scheduler."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.tombstones import ahead_of_the_clock

if TYPE_CHECKING:
    from shared.cassandra import Cassandra

NOT_ASKED = "cooling_down"
"""The ending of an engine that was passed over: it has refused somebody lately."""

UNDER_WAY = "under_way"
"""Of one that has not ended yet."""

CUT_OFF = "cut_off"
"""Never stored: how one that was under way is shown once its job is over."""


_WORSE_THAN_EXHAUSTED = ("blocked", NOT_ASKED, "page_changed", "broken")


@dataclass(frozen=True)
class Asked:
    """One engine. `ending`: enough, exhausted, no_results, blocked, page_changed, broken, or one of the above.

    `found`: new results of it; `unusable`: results without a usable address; `left_out`: those the filters exclude.
    `ignored`: names of filters it could not apply. `strategies`: how many results each way of reading it has given.
    """

    engine: str
    ending: str
    found: int = 0
    unusable: int = 0
    left_out: int = 0
    ignored: tuple[str, ...] = ()
    strategies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """How far the search of a job is; `asked` in that order. `stopped_because`: enough, or what has kept it from more.

    What a search notes on its way never undoes that another run has finished.
    """

    finished: bool
    found: int
    asked: tuple[Asked, ...] = ()

    @property
    def engines(self) -> tuple[str, ...]:
        return tuple(asked.engine for asked in self.asked)

    @property
    def ignored(self) -> dict[str, tuple[str, ...]]:
        """By engine, the names of filters it could not apply; one that was passed over was not asked to."""
        return {one.engine: one.ignored for one in self.asked if one.ignored and one.ending != NOT_ASKED}

    @property
    def found_so_far(self) -> int:
        """The total is known at the end only."""
        return max(self.found, sum(one.found for one in self.asked))

    @property
    def left_out(self) -> int:
        """Results that the filters exclude; they count as found nowhere."""
        return sum(one.left_out for one in self.asked)

    @property
    def of_a_job_that_is_over(self) -> "Search":
        """Nobody asks any more, also where no end of it was told."""
        return replace(self, asked=tuple(map(_cut_off, self.asked)))

    @property
    def stopped_because(self) -> str:
        endings = [one.ending for one in self.asked]
        if not endings or endings[-1] == "enough":
            return "enough"
        return next((bad for bad in _WORSE_THAN_EXHAUSTED if bad in endings), endings[-1])


class Searches:
    """The `searches` table."""

    def __init__(self, cassandra: "Cassandra") -> None:
        self._cassandra = cassandra

    async def note(self, job_id: UUID, asked: Iterable[Asked]) -> None:
        """What is known so far of one that goes on."""
        await self._cassandra.execute("INSERT INTO searches (job_id, asked) VALUES (?, ?)", (job_id, _stored(asked)))

    async def finish(self, job_id: UUID, search: Search) -> None:
        await self._cassandra.execute(
            "INSERT INTO searches (job_id, finished, found, asked) VALUES (?, ?, ?, ?)",
            (job_id, search.finished, search.found, _stored(search.asked)),
        )

    async def find(self, job_id: UUID) -> Search | None:
        rows = await self._cassandra.execute("SELECT finished, found, asked FROM searches WHERE job_id = ?", (job_id,))
        if not rows:
            return None
        row = rows[0]
        return Search(bool(row["finished"]), row["found"] or 0, tuple(map(_asked, json.loads(row["asked"] or "[]"))))

    async def jobs(self) -> set[UUID]:
        """All of which something is kept here; reads every partition's key."""
        return {row["job_id"] for row in await self._cassandra.execute("SELECT job_id FROM searches")}

    async def delete(self, job_id: UUID) -> None:
        await self._cassandra.execute(
            "DELETE FROM searches USING TIMESTAMP ? WHERE job_id = ?", (ahead_of_the_clock(), job_id)
        )


def _cut_off(asked: Asked) -> Asked:
    return replace(asked, ending=CUT_OFF) if asked.ending == UNDER_WAY else asked


def _stored(asked: Iterable[Asked]) -> str:
    return json.dumps([asdict(one) for one in asked])


def _asked(said: dict[str, Any]) -> Asked:
    return Asked(**{**said, "ignored": tuple(said["ignored"])})
