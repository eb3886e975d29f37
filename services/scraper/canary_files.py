"""What a canary leaves behind: a memory of what has worked, and the pages that could not be read."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryFile

from pydantic import TypeAdapter

from services.scraper.drift import Worked
from services.scraper.survey import Survey

_WORKED = TypeAdapter(dict[str, dict[str, date]])


def make_ready(folder: Path) -> None:
    """Make it unless it is there; ValueError where nothing can be kept, said before anybody is asked."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(f"{error.strerror}: {folder.absolute()}; --save names another folder") from None


def read_worked(path: Path) -> Worked:
    """Nothing where there is no such file; ValueError for one that is something else."""
    return _WORKED.validate_json(path.read_bytes()) if path.exists() else {}


def write_worked(path: Path, worked: Worked) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_WORKED.dump_json({engine: dict(dates) for engine, dates in worked.items()}, indent=2) + b"\n")


def save_page(folder: Path, engine: str, lost: Iterable[str], survey: Survey, now: datetime) -> list[Path]:
    """Page and screenshot, as far as there are any; returns where they lie."""
    name = f"{engine}-{'+'.join(lost)}-{now:%Y-%m-%dT%H%M%SZ}"
    kind = "json" if survey.page.lstrip().startswith(("{", "[")) else "html"
    contents = {f"{name}.{kind}": survey.page.encode(errors="replace"), f"{name}.png": survey.picture}
    paths = {folder / name: content for name, content in contents.items() if content}
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in paths.items():
        path.write_bytes(content)
    return list(paths)
