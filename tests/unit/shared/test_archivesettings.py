from pathlib import Path

import pytest

from shared.archivesettings import ArchiveSettings, bucket_of, folder_of
from shared.settings import read_settings

SECRET = "never to be seen"
FOLDER = {"AID_KAFKA_URL": "kafka:9092", "AID_CASSANDRA_HOSTS": "cassandra:9042", "AID_ARCHIVES": "file:///archives"}
BUCKET = FOLDER | {
    "AID_ARCHIVES": "s3://pictures/of/people",
    "AID_S3_ENDPOINT": "http://objects:8333/",
    "AID_S3_KEY": "key",
    "AID_S3_SECRET": SECRET,
}


def reading(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> ArchiveSettings:
    for name, text in told.items():
        monkeypatch.setenv(name, text)
    return read_settings(ArchiveSettings)


def test_a_folder_is_named_by_a_file_url() -> None:
    assert folder_of("file:///var/lib/aid") == Path("/var/lib/aid")
    assert folder_of("file:///a%20clone/archives") == Path("/a clone/archives")


@pytest.mark.parametrize("text", ["", "/var/lib/aid", "file:", "file://host/path", "s3://bucket/prefix", "http://x/y"])
def test_anything_else_is_no_folder(text: str) -> None:
    with pytest.raises(ValueError, match="file:///"):
        folder_of(text)


@pytest.mark.parametrize(
    ("text", "bucket"),
    [
        ("s3://pictures", ("pictures", "")),
        ("s3://pictures/", ("pictures", "")),
        ("s3://my.pictures-1/of/people/", ("my.pictures-1", "of/people")),
        ("s3://pictures/a%20folder", ("pictures", "a folder")),
    ],
)
def test_a_bucket_is_named_by_an_s3_url(text: str, bucket: tuple[str, str]) -> None:
    assert bucket_of(text) == bucket


@pytest.mark.parametrize(
    "text",
    [
        *("s3:", "s3://", "s3://ab", "s3://Bucket", "s3://bucket:1", "s3://me@bucket", "s3://bucket?x=1", "s3://b#x"),
        *("s3://bucket/a//b", "s3://bucket/../other", "s3://bucket/./x", "s3://bucket/a%00b", "file:///archives"),
    ],
)
def test_anything_else_is_no_bucket(text: str) -> None:
    with pytest.raises(ValueError, match="s3://"):
        bucket_of(text)


def test_without_a_bucket_nothing_of_s3_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = dict.fromkeys(("AID_S3_ENDPOINT", "AID_S3_KEY", "AID_S3_SECRET", "AID_S3_PUBLIC_URL"), "")

    assert reading(monkeypatch, FOLDER | empty).bucket is None


def test_a_bucket_has_a_server_and_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = reading(monkeypatch, BUCKET).bucket

    assert bucket is not None
    assert (bucket.name, bucket.prefix, bucket.key) == ("pictures", "of/people", "key")
    assert (bucket.endpoint, bucket.public_url) == ("http://objects:8333", "http://objects:8333")


def test_browsers_may_reach_it_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = reading(monkeypatch, BUCKET | {"AID_S3_PUBLIC_URL": "https://files.example"}).bucket

    assert bucket is not None
    assert (bucket.endpoint, bucket.public_url) == ("http://objects:8333", "https://files.example")


def test_the_secret_is_in_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch, BUCKET)

    assert SECRET not in f"{settings!r} {settings} {settings.bucket!r} {settings.model_dump_json()}"


@pytest.mark.parametrize("name", ["AID_S3_ENDPOINT", "AID_S3_KEY", "AID_S3_SECRET"])
@pytest.mark.parametrize("empty", [True, False])
def test_what_a_bucket_needs_and_has_not_stops_the_start_with_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, *, empty: bool
) -> None:
    told = BUCKET | {name: ""} if empty else {each: text for each, text in BUCKET.items() if each != name}

    with pytest.raises(SystemExit):
        reading(monkeypatch, told)

    assert capsys.readouterr().err.splitlines() == [f"{name}: Value error, must be set when AID_ARCHIVES is s3://…"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AID_ARCHIVES", "s3://"),
        ("AID_ARCHIVES", f"s3://key:{SECRET}@bucket"),
        ("AID_ARCHIVES", "/archives"),
        ("AID_ARCHIVES", "file:///archives?x"),
        ("AID_ARCHIVES", "file:///arch%00ives"),
        ("AID_S3_ENDPOINT", "objects:8333"),
        ("AID_S3_ENDPOINT", "http://objects/path"),
        ("AID_S3_PUBLIC_URL", "ftp://files.example"),
        ("AID_S3_REGION", "eu central"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    with pytest.raises(SystemExit):
        reading(monkeypatch, BUCKET | {name: text})

    said = capsys.readouterr().err
    assert name in said
    assert SECRET not in said
