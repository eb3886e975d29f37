"""What really came, against what was asked for."""

import pytest
from PIL import Image

from services.packager.pictures import PictureLimits, picture_in
from services.packager.recheck import check_fits
from services.packager.refusals import RefusedError
from shared.filters import FILTERS, Age, Colour, FileFormat, Filters, Kind, Licence, MinimumSize, Orientation
from shared.refusals import Refusal
from tests.unit.packager.samples import FORMATS, a_picture, encoded


def refusal_of(data: bytes, filters: Filters) -> Refusal | None:
    try:
        check_fits(picture_in(data, PictureLimits()), data, filters)
    except RefusedError as refused:
        return refused.reason
    return None


def plain(width: int, height: int, format_: str = "JPEG", **options: object) -> bytes:
    return encoded(Image.new("RGB", (width, height), "teal"), format_, **options)


def turned(width: int, height: int, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return plain(width, height, exif=exif)


def frames(format_: str, count: int) -> bytes:
    pictures = [Image.new("RGB", (60, 50), colour) for colour in ("red", "green", "blue")[:count]]
    return encoded(pictures[0], format_, save_all=True, append_images=pictures[1:])


@pytest.mark.parametrize(
    ("size", "wanted", "refusal"),
    [
        ((1024, 768), MinimumSize.XGA, None),
        ((768, 1024), MinimumSize.XGA, None),
        ((1023, 768), MinimumSize.XGA, Refusal.BELOW_MINIMUM_SIZE),
        ((2000, 1000), MinimumSize.MP2, None),
        ((1999, 1000), MinimumSize.MP2, Refusal.BELOW_MINIMUM_SIZE),
        ((32, 32), MinimumSize.ANY, None),
    ],
)
def test_a_picture_has_at_least_the_pixels_asked_for(
    size: tuple[int, int], wanted: MinimumSize, refusal: Refusal | None
) -> None:
    assert refusal_of(plain(*size), Filters(minimum_size=wanted)) is refusal


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(
    ("data", "fits"),
    [
        (plain(100, 80), {Orientation.LANDSCAPE}),
        (plain(80, 100), {Orientation.PORTRAIT}),
        (plain(80, 80), {Orientation.SQUARE}),
        (plain(100, 97), {Orientation.SQUARE, Orientation.LANDSCAPE}),
        (turned(100, 80, 1), {Orientation.LANDSCAPE}),
        (turned(100, 80, 3), {Orientation.LANDSCAPE}),
        (turned(100, 80, 6), {Orientation.PORTRAIT}),
        (turned(80, 100, 8), {Orientation.LANDSCAPE}),
        (plain(100, 80, exif=b"Exif\0\0II*\0\xff\xff\xff\xff"), {Orientation.LANDSCAPE}),
    ],
)
def test_it_is_held_as_people_will_see_it(data: bytes, fits: set[Orientation]) -> None:
    accepted = {shape for shape in Orientation if refusal_of(data, Filters(orientation=shape)) is None}

    assert accepted == fits | {Orientation.ANY}
    others = [shape for shape in Orientation if shape not in accepted]
    assert {refusal_of(data, Filters(orientation=shape)) for shape in others} == {Refusal.OTHER_ORIENTATION}


@pytest.mark.parametrize("format_", FORMATS)
def test_its_format_is_that_of_its_bytes(format_: str) -> None:
    verdicts = {wanted: refusal_of(a_picture(format_), Filters(file_format=wanted)) for wanted in FileFormat}

    assert verdicts.pop(FileFormat.ANY) is None
    for wanted, refusal in verdicts.items():
        assert refusal is (None if wanted == format_.lower() else Refusal.OTHER_FORMAT)


@pytest.mark.parametrize("format_", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animated_one_has_more_than_one_frame(format_: str) -> None:
    assert refusal_of(frames(format_, 3), Filters(kind=Kind.ANIMATED)) is None
    assert refusal_of(frames(format_, 1), Filters(kind=Kind.ANIMATED)) is Refusal.NOT_ANIMATED
    assert refusal_of(frames(format_, 1), Filters(kind=Kind.PHOTO)) is None


def test_a_jpeg_stands_still_however_many_pictures_are_in_it() -> None:
    assert refusal_of(a_picture("JPEG"), Filters(kind=Kind.ANIMATED)) is Refusal.NOT_ANIMATED
    assert refusal_of(frames("MPO", 2), Filters(kind=Kind.ANIMATED)) is Refusal.NOT_ANIMATED


def test_what_a_picture_does_not_tell_refuses_none() -> None:
    others = Filters(
        colour=Colour.TEAL, kind=Kind.FACE, licence=Licence.SHARE, site="a.example", language="de", age=Age.DAY
    )

    assert others.chosen | {"minimum_size", "orientation", "file_format", "country"} == set(FILTERS)
    assert refusal_of(a_picture(), others) is None
