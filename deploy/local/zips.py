"""Look into the ZIP a person got."""

import zipfile
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from deploy.local.failures import LocalFailure

MANIFEST = "manifest.csv"
PAPERS = frozenset({MANIFEST, "manifest.json", "ATTRIBUTION.md", "report.json", "SHA256SUMS"})
"""What lies in it besides pictures."""


def check_zip(file: Path, *, pictures: int) -> None:
    """Raise unless it opens, holds its manifest and that many files beside its papers, and every one is a picture."""
    try:
        with zipfile.ZipFile(file) as archive:
            _check(archive, pictures)
    except zipfile.BadZipFile as error:
        raise LocalFailure(f"{file.name} does not open as a ZIP: {error}") from error


def _check(archive: zipfile.ZipFile, pictures: int) -> None:
    if broken := archive.testzip():
        raise LocalFailure(f"{broken} in the ZIP is damaged")
    names = set(archive.namelist())
    if MANIFEST not in names:
        raise LocalFailure(f"the ZIP has no {MANIFEST}")
    if len(names - PAPERS) != pictures:
        raise LocalFailure(f"the ZIP holds {len(names - PAPERS)} pictures, not {pictures}")
    for name in names - PAPERS:
        _check_picture(archive, name)


def _check_picture(archive: zipfile.ZipFile, name: str) -> None:
    try:
        with archive.open(name) as file, Image.open(file) as picture:
            picture.load()
    except (UnidentifiedImageError, OSError) as error:
        raise LocalFailure(f"{name} in the ZIP is no picture: {error}") from error
