"""Engines that have refused a search and are left alone for a while, as scrapers note it: the `cool_downs` table."""

from collections.abc import Mapping
from datetime import UTC, datetime

from shared.cassandra import Cassandra


class CoolDowns:
    def __init__(self, cassandra: Cassandra) -> None:
        self._cassandra = cassandra

    async def ends(self) -> Mapping[str, datetime]:
        """By engine, in UTC; such as are over may still stand there."""
        rows = await self._cassandra.execute("SELECT engine, ends_at FROM cool_downs")
        return {row["engine"]: row["ends_at"].replace(tzinfo=UTC) for row in rows if row["ends_at"]}
