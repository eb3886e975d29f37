"""Addresses that are to be left alone."""

from typing import Protocol

from shared.pseudonyms import Pseudonyms


class Suppressed(Protocol):
    async def holds(self, pseudonym: str) -> bool: ...


class Silence:
    def __init__(self, suppressed: Suppressed, pseudonyms: Pseudonyms) -> None:
        self._suppressed = suppressed
        self._pseudonyms = pseudonyms

    async def covers(self, address: str) -> bool:
        return await self._suppressed.holds(self._pseudonyms.of(address))
