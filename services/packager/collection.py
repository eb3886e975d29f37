"""What has come of the candidates of one run: the pictures kept, in the archive already, and the others by reason."""

import zlib
from collections import Counter
from datetime import UTC, datetime
from typing import Protocol

from services.packager.bodies import Content
from services.packager.inline import shown
from services.packager.manifest import Entry, picture_name, site_of, slug
from services.packager.papers import papers
from services.packager.pictures import Picture, PictureLimits, picture_in
from services.packager.recheck import check_fits
from services.packager.refusals import CONNECTION_REFUSALS, RefusedError
from services.packager.report import Report
from services.packager.structures import Bytes
from shared.filters import Filters
from shared.images import FoundImage
from shared.refusals import Refusal


class Writing(Protocol):
    @property
    def size(self) -> int: ...

    def add(self, name: str, data: Bytes, crc: int) -> None: ...


class Collection:
    """Every candidate counts once, kept or refused, save those left over when there are enough.

    `most_bytes` is the archive's limit.
    """

    def __init__(
        self,
        query: str,
        asked: int,
        archive: Writing,
        *,
        filters: Filters,
        limits: PictureLimits,
        most_bytes: int,
    ) -> None:
        self._query = query
        self._asked = asked
        self._archive = archive
        self._filters = filters
        self._limits = limits
        self._most_bytes = most_bytes
        self._slug = slug(query)
        self._digests: set[str] = set()
        self._entries: list[Entry] = []
        self.refused: Counter[Refusal] = Counter()

    @property
    def kept(self) -> int:
        return len(self._entries)

    @property
    def thumbnails(self) -> int:
        return sum(entry.thumbnail_only for entry in self._entries)

    @property
    def missing(self) -> int:
        return self._asked - self.kept

    @property
    def is_enough(self) -> bool:
        return self.missing <= 0

    @property
    def lacks_only_connections(self) -> bool:
        """Nothing was kept, and the network may be the cause: another time may go better."""
        return bool(self.refused) and self.refused.keys() <= CONNECTION_REFUSALS

    def refuse(self, reason: Refusal, candidates: int = 1) -> None:
        self.refused[reason] += candidates

    def uncounted(self, found: int) -> int:
        """Of so many, those neither kept nor refused."""
        return found - self.kept - self.refused.total()

    def give_up_the_rest(self, found: int) -> None:
        """The time is up: whoever of so many is not counted yet will not be tried, unless there are enough."""
        if not self.is_enough and (rest := self.uncounted(found)):
            self.refuse(Refusal.NO_TIME_LEFT, rest)

    def put(self, image: FoundImage, content: Content, final_url: str, instead_of: Refusal | None = None) -> None:
        """Keep the picture, unless there are enough. RefusedError: it is none to keep, and not counted yet.

        `instead_of`: the candidate was refused for that before, and is no longer when it is kept now.
        Reads and writes all of it: for one thread at a time.
        """
        if self.is_enough:
            return
        picture = picture_in(content.data, self._limits)
        check_fits(picture, content.data, self._filters)
        self._need_new(content.sha256)
        self._need_room(len(content.data))
        entry = self._entry(image, picture, content, final_url)
        self._archive.add(entry.file, content.data, content.crc)
        self._digests.add(content.sha256)
        self._entries.append(entry)
        if instead_of is not None:
            self.refused -= Counter([instead_of])

    def describe(self, report: Report) -> None:
        """Put what it says of itself into the archive: the last that is written."""
        for name, data in papers(self._entries, report).items():
            self._archive.add(name, data, zlib.crc32(data))

    def _need_new(self, sha256: str) -> None:
        if sha256 in self._digests:
            raise RefusedError(Refusal.DUPLICATE)

    def _need_room(self, size: int) -> None:
        if self._archive.size + size > self._most_bytes:
            raise RefusedError(Refusal.ARCHIVE_FULL)

    def _name(self, image: FoundImage, picture: Picture, sha256: str) -> str:
        return picture_name(image.rank, self._slug, sha256, picture.kind.extension, thumbnail=image.thumbnail_only)

    def _entry(self, image: FoundImage, picture: Picture, content: Content, final_url: str) -> Entry:
        return Entry(
            file=self._name(image, picture, content.sha256),
            sha256=content.sha256,
            bytes=len(content.data),
            width=picture.width,
            height=picture.height,
            mime=picture.kind.mime,
            engine=image.engine,
            rank=image.rank,
            query=self._query,
            image_url=shown(image.url),
            final_url=shown(final_url),
            source_page_url=image.source_page,
            source_site=site_of(image.source_page),
            title=image.title,
            creator=image.creator,
            creator_url=image.creator_url,
            licence=image.licence,
            licence_url=image.licence_url,
            attribution_text=image.attribution,
            retrieved_at=datetime.now(UTC),
            strategy=image.strategy,
            thumbnail_only=image.thumbnail_only,
        )
