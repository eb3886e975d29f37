import pytest

from services.packager.thumbnails import Failed, stand_ins
from shared.images import FoundImage
from shared.refusals import Refusal
from tests.unit.packager.samples import a_candidate

STANDS_IN = {
    Refusal.GONE: True,
    Refusal.REFUSED_BY_HOST: True,
    Refusal.HOST_FAILED: True,
    Refusal.UNREACHABLE: True,
    Refusal.TIMEOUT: True,
    Refusal.TOO_MANY_REDIRECTS: True,
    Refusal.FORBIDDEN_ADDRESS: False,
    Refusal.OPTED_OUT: False,
    Refusal.NOT_A_PICTURE: True,
    Refusal.TRUNCATED: True,
    Refusal.TOO_LARGE: True,
    Refusal.TOO_MANY_PIXELS: True,
    Refusal.TOO_SMALL: True,
    Refusal.BELOW_MINIMUM_SIZE: False,
    Refusal.OTHER_ORIENTATION: False,
    Refusal.OTHER_FORMAT: False,
    Refusal.NOT_ANIMATED: False,
    Refusal.DUPLICATE: False,
    Refusal.ARCHIVE_FULL: False,
    Refusal.NO_TIME_LEFT: False,
    Refusal.INTERNAL: False,
}


def failed(rank: int, reason: Refusal = Refusal.GONE, **changes: object) -> Failed:
    return Failed(a_candidate(rank, **{"thumbnail": f"https://thumbnails.example/{rank}", **changes}), reason)


def ranks(failed: list[Failed], missing: int = 5) -> list[int]:
    return [stand_in.image.rank for stand_in in stand_ins(failed, missing=missing)]


def test_every_refusal_is_judged_here() -> None:
    assert set(STANDS_IN) == set(Refusal)


@pytest.mark.parametrize(("reason", "stands_in"), STANDS_IN.items())
def test_a_thumbnail_stands_in_for_what_cannot_be_had_and_never_for_what_must_not(
    reason: Refusal, stands_in: bool
) -> None:
    assert ranks([failed(1, reason)]) == ([1] if stands_in else [])


@pytest.mark.parametrize("missing", [0, -1])
def test_nobody_stands_in_when_there_are_enough(missing: int) -> None:
    assert ranks([failed(1)], missing) == []


def test_the_best_rank_comes_first_and_more_are_named_than_are_missing_since_some_fail() -> None:
    assert ranks([failed(3), failed(1), failed(2)], missing=1) == [1, 2, 3]


@pytest.mark.parametrize("thumbnail", [None, "", "https://pictures.example/1.jpg"])
def test_without_an_address_of_its_own_there_is_no_thumbnail(thumbnail: str | None) -> None:
    assert ranks([failed(1, thumbnail=thumbnail)]) == []


def test_what_was_a_thumbnail_itself_has_no_other() -> None:
    address = "https://thumbnails.example/1"

    assert ranks([failed(1, url=address, thumbnail=address, thumbnail_only=True)]) == []


def test_one_address_is_asked_once_for_the_better_rank() -> None:
    same = "https://thumbnails.example/same"

    assert ranks([failed(2, thumbnail=same), failed(1, thumbnail=same)]) == [1]


def test_the_copy_is_fetched_and_the_candidate_keeps_its_address() -> None:
    (stand_in,) = stand_ins([failed(1, Refusal.TIMEOUT)], missing=1)

    assert stand_in.copy.url == "https://thumbnails.example/1"
    assert stand_in.image == a_candidate(1, thumbnail="https://thumbnails.example/1", thumbnail_only=True)
    assert stand_in.reason is Refusal.TIMEOUT
    assert isinstance(stand_in.image, FoundImage)
