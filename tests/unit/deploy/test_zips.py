import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from deploy.local.failures import LocalFailure
from deploy.local.zips import check_zip


def a_picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(file, "PNG")
    return file.getvalue()


def a_zip(folder: Path, members: dict[str, bytes]) -> Path:
    file = folder / "pictures.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def test_a_zip_with_its_manifest_and_that_many_pictures_is_right(tmp_path: Path) -> None:
    file = a_zip(tmp_path, {"1.png": a_picture(), "2.png": a_picture(), "manifest.csv": b"", "report.json": b"{}"})

    check_zip(file, pictures=2)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"1.png": a_picture()}, "no manifest.csv"),
        ({"manifest.csv": b""}, "0 pictures, not 1"),
        ({"1.png": a_picture(), "2.png": a_picture(), "manifest.csv": b""}, "2 pictures, not 1"),
        ({"1.png": b"<html>", "manifest.csv": b""}, "1.png in the ZIP is no picture"),
        ({"1.png": a_picture()[:45], "manifest.csv": b""}, "1.png in the ZIP is no picture"),
    ],
)
def test_what_is_wrong_with_a_zip_is_said(tmp_path: Path, members: dict[str, bytes], said: str) -> None:
    with pytest.raises(LocalFailure, match=said):
        check_zip(a_zip(tmp_path, members), pictures=1)


def test_damage_and_other_files_are_told_from_a_zip(tmp_path: Path) -> None:
    file = a_zip(tmp_path, {"1.png": a_picture(), "manifest.csv": b""})
    whole = file.read_bytes()

    file.write_bytes(whole.replace(b"IHDR", b"XXXX"))
    with pytest.raises(LocalFailure, match="damaged"):
        check_zip(file, pictures=1)

    file.write_bytes(b"not at all")
    with pytest.raises(LocalFailure, match="does not open"):
        check_zip(file, pictures=1)
