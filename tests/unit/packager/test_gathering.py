"""Whatever becomes of the candidates, each counts once, and thumbnails only fill what originals have left open."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.bodies import Body
from services.packager.collection import Collection
from services.packager.feed import Feed
from services.packager.fetching import Fetched
from services.packager.gathering import Gathering, at_once
from services.packager.pictures import PictureLimits
from services.packager.refusals import RefusedError
from services.packager.structures import Bytes
from services.packager.threads import OneThread
from shared.filters import NO_FILTERS, Filters, Orientation
from shared.images import FoundImage
from shared.pulse import Progress
from shared.refusals import Refusal
from shared.searches import Search
from tests.unit.packager.samples import a_candidate, a_picture

PICTURES = [a_picture(side=40, seed=seed) for seed in range(50)]
FETCH_FAILS = (Refusal.GONE, Refusal.TIMEOUT, Refusal.OPTED_OUT, Refusal.FORBIDDEN_ADDRESS)
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
        return Fetched(body, url, AsyncExitStack())


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

    def add(self, name: str, data: Bytes) -> None:
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
    thumbnails: bool = True

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

    async def run(self) -> None:
        search = FinishedSearch(self.images)
        feed = Feed(uuid4(), images=search, searches=search, bell=asyncio.Event())
        with OneThread("test") as thread:
            gathering = Gathering(
                self.collection,
                feed=feed,
                fetcher=self.web,
                thread=thread,
                progress=self.progress,
                seconds=self.seconds,
                thumbnails=self.thumbnails,
            )
            await gathering.run(at_once(self.asked, 8))

    @property
    def copies_fetched(self) -> list[str]:
        return [url for url in self.web.fetched if url.startswith(SMALL)]


async def test_thumbnails_fill_up_what_is_missing_and_no_more_best_rank_first() -> None:
    gone = [(Refusal.GONE, PICTURES[number]) for number in range(10)]
    scene = Scene(4, [(PICTURES[20], PICTURES[21]), *gone])

    await scene.run()

    assert (scene.collection.kept, scene.collection.thumbnails) == (4, 3)
    assert scene.archive.thumbnails == [2, 3, 4]
    assert scene.collection.refused == {Refusal.GONE: 7}
    assert scene.copies_fetched == [f"{SMALL}{rank}" for rank in (2, 3, 4)]
    assert scene.progress.counts.kept == 4
    assert scene.progress.counts.refused == 7


async def test_the_next_rank_takes_the_place_of_a_thumbnail_that_is_none() -> None:
    smalls: list[Answer] = [PICTURES[1], Refusal.GONE, b"<html>", PICTURES[1], PICTURES[2], PICTURES[3]]
    scene = Scene(3, [(Refusal.HOST_FAILED, small) for small in smalls])

    await scene.run()

    assert scene.archive.thumbnails == [1, 5, 6]
    assert scene.collection.refused == {Refusal.HOST_FAILED: 3}


async def test_with_enough_originals_no_thumbnail_is_fetched() -> None:
    scene = Scene(2, [(Refusal.GONE, PICTURES[0]), (PICTURES[1], PICTURES[2]), (PICTURES[3], PICTURES[4])])

    await scene.run()

    assert (scene.collection.kept, scene.collection.thumbnails) == (2, 0)
    assert scene.copies_fetched == []


async def test_an_operator_may_do_without() -> None:
    scene = Scene(2, [(Refusal.GONE, PICTURES[0])], thumbnails=False)

    await scene.run()

    assert scene.copies_fetched == []
    assert scene.collection.refused == {Refusal.GONE: 1}


async def test_thumbnails_pass_the_filters_too() -> None:
    scene = Scene(2, [(Refusal.GONE, PICTURES[0])], filters=Filters(orientation=Orientation.PORTRAIT))

    await scene.run()

    assert scene.collection.kept == 0
    assert scene.collection.refused == {Refusal.GONE: 1}


async def test_when_the_time_is_up_thumbnails_that_did_not_come_leave_their_candidates_refused() -> None:
    scene = Scene(3, [(Refusal.GONE, PICTURES[0]), (Refusal.TIMEOUT, None), (Refusal.GONE, None)], seconds=0.3)
    begun = time.monotonic()

    await scene.run()

    assert time.monotonic() - begun < 5
    assert scene.archive.thumbnails == [1]
    assert scene.collection.refused == {Refusal.TIMEOUT: 1, Refusal.GONE: 1}


async def test_the_time_that_originals_have_used_up_is_not_left_for_thumbnails() -> None:
    scene = Scene(3, [(Refusal.GONE, PICTURES[0]), (None, PICTURES[1])], seconds=0.2)

    await scene.run()

    assert scene.copies_fetched == []
    assert scene.collection.refused == {Refusal.GONE: 1, Refusal.NO_TIME_LEFT: 1}


async def test_a_cancelled_job_ends_in_the_midst_of_its_thumbnails() -> None:
    scene = Scene(3, [(Refusal.GONE, None)] * 3)
    work = asyncio.ensure_future(scene.run())
    async with asyncio.timeout(5):
        while scene.web.small_now < 3:
            await asyncio.sleep(0.01)

    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(work, 5)

    assert scene.web.small_now == 0


ANSWERS = st.sampled_from(PICTURES[:25]) | st.sampled_from([*FETCH_FAILS, b"<html>", PICTURES[0][:-2]])


@settings(max_examples=60, deadline=None)
@given(asked=st.integers(1, 12), pairs=st.lists(st.tuples(ANSWERS, ANSWERS), max_size=20))
def test_found_is_kept_and_refused_and_left_over(asked: int, pairs: list[tuple[Answer, Answer]]) -> None:
    scene = Scene(asked, pairs)

    asyncio.run(scene.run())

    kept, refused = scene.collection.kept, scene.collection.refused.total()
    left_over = len(pairs) - kept - refused
    assert left_over >= 0
    assert left_over == 0 or kept == asked
    assert kept == len({name[:4] for name in scene.archive.names}) <= asked
    assert min(scene.collection.refused.values(), default=1) > 0
    originals = {image.url for image in scene.images}
    if scene.copies_fetched:  # every original was tried before
        assert set(scene.web.fetched[: len(originals)]) == originals
    may_stand_in = {rank for rank, (answer, _) in enumerate(pairs, start=1) if answer not in FETCH_FAILS[2:]}
    assert set(scene.archive.thumbnails) <= may_stand_in
    assert scene.web.small_most <= asked
