"""Who never wants to be mailed again: written by the gateway, read by the notifier. It knows pseudonyms only."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.cassandra import Cassandra


class Suppressions:
    def __init__(self, cassandra: "Cassandra") -> None:
        self._cassandra = cassandra

    async def put(self, pseudonym: str, *, now: datetime) -> None:
        """Until it is lifted: it does not go by itself."""
        await self._cassandra.execute("INSERT INTO suppressions (address_hash, since) VALUES (?, ?)", (pseudonym, now))

    async def holds(self, pseudonym: str) -> bool:
        return bool(
            await self._cassandra.execute("SELECT since FROM suppressions WHERE address_hash = ?", (pseudonym,))
        )

    async def lift(self, pseudonym: str) -> None:
        await self._cassandra.execute("DELETE FROM suppressions WHERE address_hash = ?", (pseudonym,))
