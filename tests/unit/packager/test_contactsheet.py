import io
import random
from zipfile import ZipFile

import pytest
from PIL import Image

from services.packager import contactsheet
from services.packager.contactsheet import MOST_BYTES, Say, contact_sheet, picture_names
from shared.contactsheets import CELL, MOST_PICTURES, extent_of, place_of
from tests.unit.packager.samples import encoded

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)


def an_archive(pictures: dict[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, data in pictures.items():
            archive.writestr(name, data)
        archive.writestr("manifest.csv", "rank,file\n")
    return file


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (300, 200), kind: str = "JPEG") -> bytes:
    return encoded(Image.new("RGB", size, colour), kind)


def drawn(pictures: dict[str, bytes], say: Say = print) -> Image.Image:
    sheet = contact_sheet(an_archive(pictures), say)
    assert sheet is not None
    assert len(sheet) <= MOST_BYTES
    image = Image.open(io.BytesIO(sheet))
    assert image.format == "WEBP"
    return image.convert("RGB")


def colour_at(sheet: Image.Image, number: int, across: float = 0.5, down: float = 0.5) -> str:
    left, top = place_of(number)
    pixel = sheet.getpixel((left + int(CELL * across), top + int(CELL * down)))
    assert isinstance(pixel, tuple)
    named = {"red": RED, "green": GREEN, "blue": BLUE, "white": (255, 255, 255)}
    return min(named, key=lambda name: sum(abs(one - other) for one, other in zip(named[name], pixel, strict=True)))


def test_pictures_stand_in_the_order_of_their_ranks_in_cells_of_one_size() -> None:
    sheet = drawn({"0010_c.jpg": plain(BLUE), "0002_a.jpg": plain(RED), "0003_b.png": plain(GREEN, (60, 900), "PNG")})

    assert sheet.size == extent_of(3)
    assert [colour_at(sheet, number) for number in range(3)] == ["red", "green", "blue"]


def test_only_the_best_are_shown() -> None:
    pictures = {
        f"{rank:04}_a.png": plain(RED if rank <= MOST_PICTURES else BLUE, (32, 32), "PNG") for rank in range(1, 40)
    }

    sheet = drawn(pictures)

    assert sheet.size == extent_of(MOST_PICTURES)
    assert {colour_at(sheet, number) for number in range(MOST_PICTURES)} == {"red"}


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_stands_as_its_camera_says(turn: int) -> None:
    upright = Image.new("RGB", (400, 400), RED)
    upright.paste(BLUE, (0, 200, 400, 400))
    upright.paste(GREEN, (0, 0, 200, 200))
    undo = [None, 0, 3, 1, 5, 2, 6, 4][turn - 1]  # Pillow's own transpositions, for which the camera's turn makes up
    stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = turn
    file = io.BytesIO()
    stored.save(file, "JPEG", exif=exif)

    sheet = drawn({"0001_a.jpg": file.getvalue()})

    corners = [colour_at(sheet, 0, across, down) for across, down in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))]
    assert corners == ["green", "red", "blue", "blue"]


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGBA", (50, 50), (0, 0, 0, 0)),
        Image.new("LA", (50, 50), (0, 0)),
        Image.new("1", (50, 50), 1),
        Image.new("I;16", (50, 50), 65535),
    ],
    ids=lambda image: image.mode,
)
def test_what_is_seen_through_lies_on_white(image: Image.Image) -> None:
    assert colour_at(drawn({"0001_a.png": encoded(image, "PNG")}), 0) == "white"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "AVIF"])
def test_every_format_that_is_kept_can_be_shown(kind: str) -> None:
    assert colour_at(drawn({"0001_a.x": plain(RED, kind=kind)}), 0) == "red"


def test_what_cannot_be_decoded_leaves_its_place_to_the_next_and_is_named() -> None:
    broken = plain(BLUE)[:200] + b"\xff\xd9"
    said: list[str] = []
    sheet = drawn({"0001_a.jpg": broken, "0002_b.jpg": b"no picture", "0003_c.jpg": plain(RED)}, said.append)

    assert [colour_at(sheet, number) for number in range(3)] == ["red", "white", "white"]
    assert said == ["0001_a.jpg: OSError", "0002_b.jpg: UnidentifiedImageError"]


def test_what_would_take_too_much_memory_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contactsheet, "MOST_PIXELS", 10_000)
    progressive = io.BytesIO()
    Image.new("RGB", (400, 400), BLUE).save(progressive, "JPEG", progressive=True)
    pictures = {"0001_a.png": plain(BLUE, kind="PNG"), "0002_b.jpg": progressive.getvalue(), "0003_c.jpg": plain(RED)}

    assert colour_at(drawn(pictures), 0) == "red"


@pytest.mark.parametrize("pictures", [{}, {"0001_a.jpg": b"no picture"}], ids=["none", "none that can be drawn"])
def test_without_a_picture_there_is_no_sheet(pictures: dict[str, bytes]) -> None:
    assert contact_sheet(an_archive(pictures), print) is None


def test_the_sheet_stays_small_whatever_it_shows() -> None:
    noise = random.Random(5)
    pictures = {
        f"{rank:04}_a.png": encoded(Image.frombytes("RGB", (CELL, CELL), noise.randbytes(CELL * CELL * 3)), "PNG")
        for rank in range(1, MOST_PICTURES + 1)
    }

    drawn(pictures)


def test_ranks_are_numbers_not_words() -> None:
    with ZipFile(an_archive({"10000_b.jpg": b"", "9999_a.jpg": b"", "ATTRIBUTION.md": b""})) as archive:
        assert picture_names(archive) == ["9999_a.jpg", "10000_b.jpg"]
