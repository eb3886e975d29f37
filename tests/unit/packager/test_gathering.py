"""Whatever becomes of the candidates, each counts once, and thumbnails only fill what originals have left open."""

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.filters import Filters, Orientation
from shared.refusals import Refusal
from tests.unit.packager.samples import a_picture
from tests.unit.packager.scene import SMALL, Answer, Scene

PICTURES = [a_picture(side=40, seed=seed) for seed in range(50)]
FETCH_FAILS = (Refusal.GONE, Refusal.TIMEOUT, Refusal.OPTED_OUT, Refusal.FORBIDDEN_ADDRESS)


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
    scene = Scene(2, [(Refusal.GONE, PICTURES[0])], thumbnail_seconds=0)

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


async def test_thumbnails_have_a_time_of_their_own_within_the_jobs() -> None:
    scene = Scene(3, [(Refusal.GONE, PICTURES[0]), (Refusal.GONE, None)], thumbnail_seconds=0.2)
    begun = time.monotonic()

    await scene.run()

    assert time.monotonic() - begun < 5
    assert scene.archive.thumbnails == [1]
    assert scene.collection.refused == {Refusal.GONE: 1}


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


@settings(max_examples=150, deadline=None)
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
