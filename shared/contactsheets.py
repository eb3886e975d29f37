"""How a contact sheet is laid out: the packager draws it, and a page leaves room for it. Pure."""

from datetime import timedelta
from typing import NamedTuple

COLUMNS = 6
ROWS = 4
CELL = 160
"""Pixels, of a square."""
GAP = 4

MOST_PICTURES = COLUMNS * ROWS

COMES_WITHIN = timedelta(seconds=60)
"""Of the job's end, if ever: it waits for its turn, is drawn and put."""


class Extent(NamedTuple):
    """In pixels."""

    width: int
    height: int


def extent_of(pictures: int) -> Extent:
    """Of the sheet of an archive that holds so many pictures, one or more."""
    columns = min(pictures, COLUMNS)
    rows = min(-(-pictures // COLUMNS), ROWS)
    return Extent(columns * (CELL + GAP) - GAP, rows * (CELL + GAP) - GAP)


def place_of(number: int) -> tuple[int, int]:
    """Where a cell begins, counted from 0: left and top."""
    row, column = divmod(number, COLUMNS)
    return column * (CELL + GAP), row * (CELL + GAP)
