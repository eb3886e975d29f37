import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from services.packager.collection import Collection
from services.packager.manifest import Report
from services.packager.pictures import PictureLimits
from services.packager.refusals import RefusedError
from services.packager.zips import ZipWriter
from shared.refusals import Refusal
from tests.unit.packager.samples import a_candidate, a_picture


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[ZipWriter]:
    with closing(ZipWriter(tmp_path / "a.zip")) as archive:
        yield archive


def a_collection(archive: ZipWriter, *, asked: int = 10, most_bytes: int = 1_000_000) -> Collection:
    return Collection("Red pandas!", asked, archive, limits=PictureLimits(), most_bytes=most_bytes)


def put(collection: Collection, rank: int, data: bytes) -> None:
    collection.put(a_candidate(rank), data, f"https://cdn.example/{rank}.jpg")


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
    now = datetime.now(UTC)

    collection.describe(Report("Red pandas!", 10, 12, 1, {"gone": 2}, ("google",), "enough", now, now))
    archive.close()

    with ZipFile(tmp_path / "a.zip") as opened:
        (row,) = csv.DictReader(io.StringIO(opened.read("manifest.csv").decode()))
        report = json.loads(opened.read("report.json"))
        assert opened.read(row["file"]) == data
    assert (row["rank"], row["width"], row["mime"]) == ("5", "80", "image/jpeg")
    assert (row["image_url"], row["final_url"]) == ("https://pictures.example/5.jpg", "https://cdn.example/5.jpg")
    assert (row["source_page_url"], row["source_site"]) == ("https://pages.example/5", "pages.example")
    assert (report["asked"], report["found"], report["kept"], report["refused"]) == (10, 12, 1, {"gone": 2})
