"""Addresses of pictures: found by the scraper, fetched by the packager."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from shared.tombstones import ahead_of_the_clock

if TYPE_CHECKING:
    from shared.cassandra import Cassandra


LONGEST_INLINE = 48_000
"""Characters of a thumbnail that lies in its own address, `data:image/…`: part of a row's key, which has 64 KiB."""


@dataclass(frozen=True)
class Hit:
    """One result, as the engine says: sizes in pixels, licence, creator and credit line in words.

    Addresses are http or https, save `url`, which may be a `data:` thumbnail of at most LONGEST_INLINE characters.
    `strategy` is how the engine was read. `thumbnail_only`: the engine showed no more, and this is no original.
    """

    url: str
    source_page: str | None = None
    title: str | None = None
    width: int | None = None
    height: int | None = None
    thumbnail: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    creator: str | None = None
    creator_url: str | None = None
    attribution: str | None = None
    strategy: str | None = None
    thumbnail_only: bool = False


@dataclass(frozen=True, kw_only=True)
class FoundImage(Hit):
    """A result that a search has kept. `rank` counts from 1 over all engines of it."""

    rank: int
    engine: str


_FIELDS = tuple(FoundImage.__dataclass_fields__)


class Images:
    """The `image_urls` table: one partition per job, the same address stored once."""

    def __init__(self, cassandra: "Cassandra") -> None:
        self._cassandra = cassandra

    async def add(self, job_id: UUID, images: Iterable[FoundImage]) -> None:
        marks = ", ".join("?" for _ in _FIELDS)
        cql = f"INSERT INTO image_urls (req_id, {', '.join(_FIELDS)}) VALUES (?, {marks})"  # noqa: S608 - constant columns
        rows = [(job_id, *(getattr(image, name) for name in _FIELDS)) for image in images]
        await self._cassandra.execute_in_partition(cql, rows)

    async def of(self, job_id: UUID) -> list[FoundImage]:
        """All that is stored so far, best rank first."""
        cql = f"SELECT {', '.join(_FIELDS)} FROM image_urls WHERE req_id = ?"  # noqa: S608 - constant columns
        rows = await self._cassandra.execute(cql, (job_id,))
        return sorted((FoundImage(**row) for row in rows), key=lambda image: image.rank)

    async def jobs(self) -> set[UUID]:
        """All of which something is kept here; reads every partition's key."""
        return {row["req_id"] for row in await self._cassandra.execute("SELECT DISTINCT req_id FROM image_urls")}

    async def delete(self, job_id: UUID) -> None:
        """After the job's end."""
        await self._cassandra.execute(
            "DELETE FROM image_urls USING TIMESTAMP ? WHERE req_id = ?", (ahead_of_the_clock(), job_id)
        )
