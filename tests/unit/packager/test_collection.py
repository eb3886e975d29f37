import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from services.packager.collection import Collection
from services.packager.pictures import PictureLimits
from services.packager.refusals import RefusedError
from services.packager.report import EngineReport, Report
from services.packager.zips import ZipWriter
from shared.filters import FileFormat, Filters
from shared.refusals import Refusal
from tests.unit.packager.samples import a_candidate, a_picture, content


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[ZipWriter]:
    with closing(ZipWriter(tmp_path / "a.zip")) as archive:
        yield archive


def a_collection(
    archive: ZipWriter, *, asked: int = 10, most_bytes: int = 1_000_000, filters: Filters | None = None
) -> Collection:
    return Collection(
        "Red pandas!",
        asked,
        archive,
        filters=filters or Filters(),
        limits=PictureLimits(),
        most_bytes=most_bytes,
    )


def described(collection: Collection, archive: ZipWriter, folder: Path) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The manifest's rows and the report of an archive that is closed now."""
    now = datetime.now(UTC)
    engine = EngineReport("google", "enough", 12, 0, 3, ("colour",))
    collection.describe(
        Report("Red pandas!", {"colour": "teal"}, 10, 12, 1, 0, {"gone": 2}, 9, (engine,), "enough", now, now)
    )
    archive.close()
    with ZipFile(folder / "a.zip") as opened:
        rows = list(csv.DictReader(io.StringIO(opened.read("manifest.csv").decode())))
        return rows, json.loads(opened.read("report.json"))


def put(collection: Collection, rank: int, data: bytes) -> None:
    collection.put(a_candidate(rank), content(data), f"https://cdn.example/{rank}.jpg")


def test_a_picture_is_kept_under_its_rank_and_its_true_format(archive: ZipWriter, tmp_path: Path) -> None:
    collection = a_collection(archive)

    put(collection, 17, a_picture("PNG"))
    archive.close()

    (name,) = ZipFile(tmp_path / "a.zip").namelist()
    assert name.startswith("0017_red-pandas_")
    assert name.endswith(".png")
    assert collection.kept == 1


def test_the_same_bytes_are_kept_once(archive: ZipWriter) -> None:
    collection = a_collection(archive)
    put(collection, 1, a_picture(seed=1))

    with pytest.raises(RefusedError) as refused:
        put(collection, 2, a_picture(seed=1))
    put(collection, 3, a_picture(seed=2))

    assert refused.value.reason is Refusal.DUPLICATE
    assert collection.kept == 2


def test_nothing_is_added_once_there_are_enough(archive: ZipWriter) -> None:
    collection = a_collection(archive, asked=1)
    put(collection, 1, a_picture(seed=1))
    size = archive.size

    put(collection, 2, a_picture(seed=2))

    assert collection.is_enough
    assert (collection.kept, archive.size) == (1, size)


def test_what_does_not_fit_into_the_archive_is_refused(archive: ZipWriter) -> None:
    first, second = a_picture(seed=1), a_picture(seed=2)
    collection = a_collection(archive, most_bytes=len(first) + len(second))
    put(collection, 1, first)

    with pytest.raises(RefusedError) as refused:
        put(collection, 2, second)
    assert refused.value.reason is Refusal.ARCHIVE_FULL


def test_what_the_filters_exclude_is_refused_before_it_is_kept(archive: ZipWriter) -> None:
    collection = a_collection(archive, filters=Filters(file_format=FileFormat.PNG))
    size = archive.size

    with pytest.raises(RefusedError) as refused:
        put(collection, 1, a_picture("JPEG"))
    assert refused.value.reason is Refusal.OTHER_FORMAT
    assert (collection.kept, archive.size) == (0, size)
    put(collection, 2, a_picture("PNG"))
    assert collection.kept == 1


def test_a_thumbnail_says_so_in_its_name_and_in_the_table(archive: ZipWriter, tmp_path: Path) -> None:
    collection = a_collection(archive)
    put(collection, 1, a_picture(seed=1))
    inline = "data:image/jpeg;base64,AAAA"
    collection.put(
        a_candidate(2, url=inline, thumbnail_only=True, strategy="thumbnail"), content(a_picture(seed=2)), inline
    )

    rows = described(collection, archive, tmp_path)[0]

    assert collection.thumbnails == 1
    assert [row["thumbnail_only"] for row in rows] == ["no", "yes"]
    assert ["_thumbnail." in row["file"] for row in rows] == [False, True]
    assert (rows[1]["image_url"], rows[1]["strategy"]) == ("data:image/jpeg;base64,…", "thumbnail")


def test_whose_a_picture_is_stands_beside_it(archive: ZipWriter, tmp_path: Path) -> None:
    credit = {
        "creator": "Ann",
        "creator_url": "https://ann.example",
        "licence": "CC BY 4.0",
        "licence_url": "https://licences.example/by",
        "attribution": "Red panda by Ann",
    }
    collection = a_collection(archive)
    collection.put(a_candidate(1, **credit), content(a_picture()), "https://cdn.example/1.jpg")

    ((row,), _) = described(collection, archive, tmp_path)

    assert row["attribution_text"] == credit.pop("attribution")
    assert credit.items() <= row.items()


def test_whoever_was_not_tried_in_time_is_counted(archive: ZipWriter) -> None:
    collection = a_collection(archive)
    put(collection, 1, a_picture(seed=1))
    collection.refuse(Refusal.GONE)

    collection.give_up_the_rest(found=575)

    assert collection.refused == {Refusal.GONE: 1, Refusal.NO_TIME_LEFT: 573}


def test_nobody_is_missed_who_was_not_tried_because_there_are_enough(archive: ZipWriter) -> None:
    collection = a_collection(archive, asked=1)
    put(collection, 1, a_picture(seed=1))

    collection.give_up_the_rest(found=575)

    assert not collection.refused


@pytest.mark.parametrize(
    ("reasons", "only"),
    [
        ([Refusal.UNREACHABLE, Refusal.TIMEOUT, Refusal.NO_TIME_LEFT], True),
        ([Refusal.UNREACHABLE, Refusal.GONE], False),
        ([Refusal.NOT_A_PICTURE], False),
        ([], False),
    ],
)
def test_failed_connections_alone_are_told_from_refusals(
    archive: ZipWriter, reasons: list[Refusal], only: bool
) -> None:
    collection = a_collection(archive)

    for reason in reasons:
        collection.refuse(reason)

    assert collection.lacks_only_connections is only


def test_the_archive_describes_itself(archive: ZipWriter, tmp_path: Path) -> None:
    collection = a_collection(archive)
    data = a_picture()
    put(collection, 5, data)

    (row,), report = described(collection, archive, tmp_path)

    with ZipFile(tmp_path / "a.zip") as opened:
        assert opened.read(row["file"]) == data
    assert (row["rank"], row["width"], row["mime"]) == ("5", "80", "image/jpeg")
    assert (row["image_url"], row["final_url"]) == ("https://pictures.example/5.jpg", "https://cdn.example/5.jpg")
    assert (row["source_page_url"], row["source_site"]) == ("https://pages.example/5", "pages.example")
    assert (report["asked"], report["found"], report["kept"], report["refused"]) == (10, 12, 1, {"gone": 2})
