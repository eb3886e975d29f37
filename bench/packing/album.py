"""`python -m bench.packing.album FOLDER`: 500 distinct JPEGs, 190 KB on average.

A process of its own, so that the memory it takes is not counted as the packager's.
"""

import sys
from pathlib import Path

from tests.pictureweb.pictures import Album

PICTURES = 500


def draw(folder: Path) -> None:
    folder.mkdir()
    album = Album.drawn()
    for number in range(PICTURES):
        (folder / f"{number}.jpg").write_bytes(album.jpeg(number))


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
