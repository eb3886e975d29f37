import pytest

from shared.contactsheets import CELL, COLUMNS, GAP, MOST_PICTURES, extent_of, place_of


@pytest.mark.parametrize("pictures", range(1, MOST_PICTURES + 30))
def test_every_picture_has_its_place_on_the_sheet_and_the_last_one_touches_its_edge(pictures: int) -> None:
    extent = extent_of(pictures)
    places = [place_of(number) for number in range(min(pictures, MOST_PICTURES))]

    assert max(left for left, _ in places) + CELL == extent.width
    assert max(top for _, top in places) + CELL == extent.height
    assert len(set(places)) == len(places)


def test_a_full_sheet_has_six_columns_and_four_rows() -> None:
    assert extent_of(500) == (COLUMNS * CELL + 5 * GAP, 4 * CELL + 3 * GAP)
