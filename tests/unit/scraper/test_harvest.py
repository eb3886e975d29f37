"""What a search keeps of what engines find, and when it has failed."""

from collections.abc import Sequence

import pytest

from services.scraper.engines import Ending
from services.scraper.harvest import Harvest, failure, wanted
from shared.errors import Reason
from shared.images import Hit
from shared.searches import NOT_ASKED, Asked


def some_hits(*names: str) -> list[Hit]:
    return [Hit(url=f"https://pictures.example/{name}.jpg", title=name) for name in names]


def all_ended(*endings: str) -> list[Asked]:
    return [Asked(f"engine {number}", ending) for number, ending in enumerate(endings)]


@pytest.mark.parametrize(
    ("images", "spares", "expected"),
    [(500, 0.15, 575), (100, 0.15, 115), (1, 0.15, 2), (10, 0.1, 11), (20, 0.0, 20), (3, 1.0, 6)],
)
def test_spares_are_rounded_up(images: int, spares: float, expected: int) -> None:
    assert wanted(images, spares) == expected


def test_ranks_go_on_over_batches_and_engines() -> None:
    harvest = Harvest(wanted=10)

    taken = [*harvest.take("google", some_hits("a", "b")), *harvest.take("other", some_hits("c"))]

    assert [(image.rank, image.engine, image.title) for image in taken] == [
        (1, "google", "a"),
        (2, "google", "b"),
        (3, "other", "c"),
    ]


def test_an_address_found_again_is_taken_once() -> None:
    harvest = Harvest(wanted=10)

    first = harvest.take("google", some_hits("a", "b", "a"))
    again = harvest.take("other", some_hits("b", "c"))

    assert [image.title for image in (*first, *again)] == ["a", "b", "c"]
    assert harvest.found == 3


def test_never_more_than_wanted() -> None:
    harvest = Harvest(wanted=2)

    taken = harvest.take("google", some_hits("a", "b", "c"))

    assert [image.title for image in taken] == ["a", "b"]
    assert harvest.complete
    assert harvest.take("google", some_hits("d")) == []


def test_it_goes_on_from_what_an_earlier_run_has_stored() -> None:
    harvest = Harvest(4)
    harvest.go_on_from(Harvest(4).take("google", some_hits("a", "b")))

    taken = harvest.take("bing", some_hits("b", "c", "d", "e"))

    assert [(image.rank, image.title) for image in taken] == [(3, "c"), (4, "d")]
    assert harvest.complete


@pytest.mark.parametrize(
    ("endings", "found"),
    [
        ([Ending.ENOUGH], 10),
        ([Ending.BROKEN, Ending.ENOUGH], 10),
        ([Ending.EXHAUSTED], 1),
        ([Ending.BLOCKED], 100),
        ([Ending.BLOCKED, Ending.EXHAUSTED], 3),
    ],
)
def test_what_was_found_is_delivered(endings: Sequence[Ending], found: int) -> None:
    assert failure(all_ended(*endings), images=1000, found=found) is None


@pytest.mark.parametrize(
    ("endings", "found", "reason", "retryable"),
    [
        ([Ending.BROKEN], 0, Reason.SEARCH_FAILED, True),
        ([Ending.BROKEN], 100, Reason.SEARCH_FAILED, True),
        ([Ending.BLOCKED], 0, Reason.BLOCKED, True),
        ([Ending.NO_RESULTS, Ending.BLOCKED], 0, Reason.BLOCKED, True),
        ([Ending.PAGE_CHANGED], 0, Reason.PAGE_CHANGED, False),
        ([Ending.NO_RESULTS], 0, Reason.NO_RESULTS, False),
        ([Ending.PAGE_CHANGED, Ending.NO_RESULTS], 0, Reason.PAGE_CHANGED, False),
        ([Ending.PAGE_CHANGED, NOT_ASKED], 0, Reason.BLOCKED, True),
        ([Ending.EXHAUSTED], 0, Reason.NO_RESULTS, False),
    ],
)
def test_a_search_that_failed_says_why_and_whether_to_try_again(
    endings: Sequence[str], found: int, reason: Reason, retryable: bool
) -> None:
    error = failure(all_ended(*endings), images=1000, found=found)

    assert error is not None
    assert (error.reason, error.retryable) == (reason, retryable)


def test_a_browser_lost_again_does_not_cost_what_the_run_before_had_found() -> None:
    assert failure(all_ended(Ending.BROKEN), images=1000, found=100, found_before=100) is None


def test_a_browser_lost_after_enough_for_the_job_costs_only_spares() -> None:
    assert failure(all_ended(Ending.BROKEN), images=100, found=100) is None


def test_the_same_picture_by_another_spelling_is_taken_once() -> None:
    harvest = Harvest(wanted=10)

    taken = harvest.take(
        "google", [Hit("https://Pictures.example/a%7eb.jpg?x=1#top"), Hit("http://pictures.example:80/a~b.jpg?x=1")]
    )

    assert [image.url for image in taken] == ["https://Pictures.example/a%7eb.jpg?x=1#top"]


def test_that_nothing_fits_is_not_that_there_is_nothing() -> None:
    error = failure([Asked("openverse", Ending.EXHAUSTED, left_out=40)], images=10, found=0)

    assert error is not None
    assert (error.reason, error.retryable) == (Reason.NOTHING_FITS, False)


def a_thumbnail(name: str) -> Hit:
    return Hit(url=f"https://thumbnails.example/{name}.jpg", title=name, thumbnail_only=True)


def test_thumbnails_come_last_and_only_where_nothing_better_is() -> None:
    harvest = Harvest(wanted=4)

    first = harvest.take("google", [a_thumbnail("x"), a_thumbnail("y"), a_thumbnail("x"), *some_hits("a")])
    second = harvest.take("bing", some_hits("b"))
    assert not harvest.complete
    assert harvest.would_do
    last = harvest.take_thumbnails()

    assert [(image.rank, image.engine, image.title) for image in (*first, *second, *last)] == [
        (1, "google", "a"),
        (2, "bing", "b"),
        (3, "google", "x"),
        (4, "google", "y"),
    ]


def test_with_enough_originals_no_thumbnail_is_taken() -> None:
    harvest = Harvest(wanted=1)
    harvest.take("google", [a_thumbnail("x")])
    harvest.take("bing", some_hits("a"))

    assert harvest.take_thumbnails() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://xn--0.com/a",
        "http://xn--.com/a",
        f"http://xn--{'a' * 70}.com/x",
        "http://[]@",
        "http://[::1",
        "http:///x",
    ],
)
def test_an_address_that_no_library_can_read_costs_nothing_else(url: str) -> None:
    taken = Harvest(wanted=5).take("google", [*some_hits("a"), Hit(url), *some_hits("b")])

    assert [image.rank for image in taken] == [1, 2, 3]
