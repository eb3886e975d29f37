"""Candidates, what lies at their addresses and at their thumbnails', and where what is kept goes: all in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from services.packager.bodies import Body
from services.packager.collection import Collection
from services.packager.feed import Feed
from services.packager.fetching import Fetched
from services.packager.gathering import Fetching, Gathering, at_once
from services.packager.pictures import PictureLimits
from services.packager.refusals import RefusedError
from services.packager.structures import Bytes
from services.packager.threads import OneThread
from shared.filters import NO_FILTERS, Filters
from shared.images import FoundImage
from shared.pulse import Progress
from shared.refusals import Refusal
from shared.searches import Search
from tests.unit.packager.samples import a_candidate

SMALL = "https://thumbnails.example/"

Answer = bytes | Refusal | None
"""What lies at an address; None: it never answers."""


@dataclass
class Web:
    """Everything that can be fetched, who has come, and how many at once."""

    answers: Mapping[str, Answer]
    fetched: list[str] = field(default_factory=list)
    small_now: int = 0
    small_most: int = 0

    async def fetch(self, image: FoundImage) -> Fetched:
        self.fetched.append(image.url)
        small = image.url.startswith(SMALL)
        self.small_now += small
        self.small_most = max(self.small_most, self.small_now)
        try:
            await asyncio.sleep(0)
            return await self._answer(image.url)
        finally:
            self.small_now -= small

    async def _answer(self, url: str) -> Fetched:
        answer = self.answers[url]
        if isinstance(answer, Refusal):
            raise RefusedError(answer)
        if answer is None:
            await asyncio.Event().wait()
        body = Body(in_memory=1_000_000, folder=Path("/nowhere"))
        body.write(answer or b"")
        return Fetched(body, url, ExitStack())


@dataclass(frozen=True)
class FinishedSearch:
    images: Sequence[FoundImage]

    async def of(self, _: object) -> list[FoundImage]:
        return list(self.images)

    async def find(self, _: object) -> Search:
        return Search(True, len(self.images), ())


@dataclass
class Archive:
    size: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str, data: Bytes, crc: int) -> None:  # noqa: ARG002
        self.size += len(data)
        self.names.append(name)

    @property
    def thumbnails(self) -> list[int]:
        """Ranks."""
        return sorted(int(name[:4]) for name in self.names if "_thumbnail." in name)


@dataclass
class Scene:
    """Candidates from rank 1, each with its original's and its thumbnail's answer."""

    asked: int
    pairs: Sequence[tuple[Answer, Answer]]
    filters: Filters = NO_FILTERS
    seconds: float = 20.0
    thumbnail_seconds: float = 20.0

    def __post_init__(self) -> None:
        self.images = [a_candidate(rank, thumbnail=f"{SMALL}{rank}") for rank, _ in enumerate(self.pairs, start=1)]
        answers: dict[str, Answer] = {}
        for image, (original, small) in zip(self.images, self.pairs, strict=True):
            answers |= {image.url: original, f"{SMALL}{image.rank}": small}
        self.web = Web(answers)
        self.archive = Archive()
        self.collection = Collection(
            "cats",
            self.asked,
            self.archive,
            filters=self.filters,
            limits=PictureLimits(),
            most_bytes=10**9,
        )
        self.progress = Progress()

    async def run(self, fetcher: Fetching | None = None) -> None:
        """By `fetcher`, or in the scene's own web."""
        search = FinishedSearch(self.images)
        feed = Feed(uuid4(), images=search, searches=search, bell=asyncio.Event())
        with OneThread("test") as thread:
            gathering = Gathering(
                self.collection,
                feed=feed,
                fetcher=fetcher or self.web,
                thread=thread,
                progress=self.progress,
                seconds=self.seconds,
                thumbnail_seconds=self.thumbnail_seconds,
            )
            await gathering.run(at_once(self.asked, 8))

    @property
    def copies_fetched(self) -> list[str]:
        return [url for url in self.web.fetched if url.startswith(SMALL)]
