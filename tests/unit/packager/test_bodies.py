import hashlib
import zlib
from pathlib import Path

import pytest

from services.packager.bodies import Body
from services.packager.pictures import PictureLimits, picture_in
from tests.unit.packager.samples import FORMATS, a_picture

IN_MEMORY = 1000


def filled(body: Body, data: bytes, piece: int = 300) -> Body:
    for at in range(0, len(data), piece):
        body.write(data[at : at + piece])
    return body


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY, IN_MEMORY + 1, 20 * IN_MEMORY])
def test_what_was_written_comes_back_small_or_large(size: int, tmp_path: Path) -> None:
    data = bytes(number % 251 for number in range(size))

    with Body(in_memory=IN_MEMORY, folder=tmp_path) as body:
        filled(body, data)

        content = body.content()
        assert (body.size, bytes(content.data)) == (size, data)
        assert (content.sha256, content.crc) == (hashlib.sha256(data).hexdigest(), zlib.crc32(data))


def test_a_small_body_stays_in_memory_and_a_large_one_does_not(tmp_path: Path) -> None:
    with Body(in_memory=IN_MEMORY, folder=tmp_path) as small, Body(in_memory=IN_MEMORY, folder=tmp_path) as large:
        filled(small, bytes(IN_MEMORY))
        filled(large, bytes(IN_MEMORY + 1))

        assert isinstance(small.content().data, bytes)
        assert not isinstance(large.content().data, bytes)
    assert large.size == IN_MEMORY + 1


def test_a_large_body_has_no_name_that_could_be_left_behind(tmp_path: Path) -> None:
    with Body(in_memory=IN_MEMORY, folder=tmp_path) as body:
        filled(body, bytes(10 * IN_MEMORY))

        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_picture_in_a_file_is_checked_like_one_in_memory(format_: str, tmp_path: Path) -> None:
    with Body(in_memory=IN_MEMORY, folder=tmp_path) as body:
        filled(body, a_picture(format_))

        assert picture_in(body.content().data, PictureLimits()).kind.name == format_
