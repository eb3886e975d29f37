"""Engines that have refused us and are left alone for a while, by all scrapers alike: the `cool_downs` table.

Times are of the machines' clocks, which agree within a second or two.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter, Gauge

from shared.cassandra import Cassandra

log = structlog.get_logger()

LONGEST = timedelta(days=1)

BEGUN = Counter("aid_engine_cool_downs_total", "Times an engine refused this process and is left alone", ["engine"])
ENDS = Gauge(
    "aid_engine_cool_down_end_timestamp_seconds",
    "Until when an engine is left alone, as last looked up by this process; 0: it is not",
    ["engine"],
)


def count_from_zero(engines: Iterable[str]) -> None:
    for engine in engines:
        BEGUN.labels(engine)
        ENDS.labels(engine)


class CoolDowns:
    """`otherwise`: for how long when the engine does not say; zero for not at all."""

    def __init__(self, cassandra: Cassandra, *, otherwise: timedelta) -> None:
        self._cassandra = cassandra
        self._otherwise = otherwise

    async def ends(self, engine: str) -> datetime | None:
        """None when it is not left alone now."""
        until = await self._until(engine)
        return until if until is not None and datetime.now(UTC) < until else None

    async def begin(self, engine: str, seconds: float | None) -> None:
        """Never shortens one that somebody else has begun."""
        wanted = self._otherwise.total_seconds() if seconds is None else seconds
        now = datetime.now(UTC)
        until = now + timedelta(seconds=min(wanted, LONGEST.total_seconds()))
        if until <= (await self._until(engine) or now):
            return
        # The row goes by itself; a TTL counts whole seconds, and 0 would mean for ever.
        await self._cassandra.execute(
            "INSERT INTO cool_downs (engine, ends_at) VALUES (?, ?) USING TTL ?",
            (engine, until, int((until - now).total_seconds()) + 1),
        )
        BEGUN.labels(engine).inc()
        ENDS.labels(engine).set(until.timestamp())
        log.warning("engine_cools_down", engine=engine, seconds=round((until - now).total_seconds()))

    async def _until(self, engine: str) -> datetime | None:
        rows = await self._cassandra.execute("SELECT ends_at FROM cool_downs WHERE engine = ?", (engine,))
        until: datetime | None = rows[0]["ends_at"].replace(tzinfo=UTC) if rows and rows[0]["ends_at"] else None
        ENDS.labels(engine).set(until.timestamp() if until else 0)
        return until
