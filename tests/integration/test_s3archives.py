"""What is a bucket's own: what it says while it is away, refuses or is full, and the links that lead browsers to it."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal
from uuid import uuid4

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from yarl import URL

from deploy.local.objects import Objects
from deploy.local.servers import Server
from shared.archives import ArchiveFile
from shared.attachments import attachment, disposition
from shared.errors import DependencyAwayError
from shared.s3archives import Bucket, S3Archives
from tests.objects import FULL, Front, Head, a_bucket, in_front_of

pytestmark = pytest.mark.integration

CONTENT = b"0123456789" * 10


@pytest.fixture
def server(objects: Server) -> Objects:
    assert isinstance(objects.part, Objects)
    return objects.part


@pytest.fixture
def bucket(server: Objects) -> Bucket:
    return a_bucket(server)


async def test_a_link_gives_the_archive_under_its_name_and_in_parts(bucket: Bucket) -> None:
    archives, job_id = S3Archives(bucket), uuid4()
    await archives.put(ArchiveFile(job_id, 1), CONTENT, attachment("Käse & Brot"))
    link = URL(await archives.link(job_id, 1, "GET", timedelta(minutes=1)), encoded=True)

    async with ClientSession() as browser:
        async with browser.get(link) as answer:
            assert (answer.status, await answer.read()) == (200, CONTENT)
            etag = answer.headers["ETag"]
        headers = {"Range": "bytes=10-19", "If-Range": etag}
        async with browser.get(link, headers=headers) as part:
            assert (part.status, await part.read()) == (206, CONTENT[10:20])

    assert answer.headers["Content-Disposition"] == disposition("Käse & Brot")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("signed", "status"), [("HEAD", 200), ("GET", 403)])
async def test_a_link_is_for_one_method(bucket: Bucket, signed: Literal["GET", "HEAD"], status: int) -> None:
    archives, job_id = S3Archives(bucket), uuid4()
    await archives.put(ArchiveFile(job_id, 1), CONTENT, {})
    link = await archives.link(job_id, 1, signed, timedelta(minutes=1))

    async with ClientSession() as browser, browser.head(URL(link, encoded=True)) as answer:
        assert answer.status == status


async def test_a_link_may_lead_elsewhere_than_the_services_go(bucket: Bucket) -> None:
    archives = S3Archives(replace(bucket, public_url="https://files.example"))

    link = URL(await archives.link(uuid4(), 1, "GET", timedelta(seconds=90)), encoded=True)

    assert str(link.origin()) == "https://files.example"
    assert (link.query["X-Amz-Expires"], link.query["X-Amz-SignedHeaders"]) == ("90", "host")


NOBODY = "http://127.0.0.1:9"

FOREIGN = {
    "AWS_ACCESS_KEY_ID": "of somebody else",
    "AWS_SECRET_ACCESS_KEY": "of somebody else",
    "AWS_SESSION_TOKEN": "of somebody else",
    "AWS_ENDPOINT_URL": NOBODY,
    "AWS_ENDPOINT_URL_S3": NOBODY,
    "AWS_SKIP_SIGNATURE": "true",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
    "AWS_REQUEST_PAYER": "true",
    "AWS_SERVER_SIDE_ENCRYPTION": "AES256",
    "AWS_CHECKSUM_ALGORITHM": "SHA256",
    "AWS_S3_EXPRESS": "true",
    "AWS_CONDITIONAL_PUT": "disabled",
    "HTTP_PROXY": NOBODY,
    "http_proxy": NOBODY,
    "ALL_PROXY": NOBODY,
}


async def what_is_asked(server: Objects) -> tuple[list[Head], list[str]]:
    """By every kind of call, and what a link is made of."""
    async with in_front_of(server) as front:
        archives, file = S3Archives(a_bucket(server, front.url)), ArchiveFile(uuid4(), 1)
        await archives.put(file, CONTENT, attachment("cats"))
        assert await archives.files() == [file]
        await archives.drop(file)
        link = URL(await archives.link(file.job_id, 1, "GET", timedelta(minutes=1)), encoded=True)
        assert (str(link.origin()), link.parts[1]) == (front.url, server.bucket)
        return front.heads, sorted(link.query)


@pytest.mark.parametrize("name", FOREIGN)
async def test_what_the_environment_says_to_others_is_not_mixed_in(
    server: Objects, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for each in FOREIGN:
        monkeypatch.delenv(each, raising=False)
    otherwise = await what_is_asked(server)

    monkeypatch.setenv(name, FOREIGN[name])

    assert await what_is_asked(server) == otherwise


@pytest.mark.parametrize(
    ("wrong", "help_"),
    [
        ({"name": "of-nobody"}, "does not exist"),
        ({"secret": SecretStr("another")}, "AID_S3_SECRET"),
        ({"key": "another"}, "AID_S3_KEY"),
        ({"endpoint": "http://127.0.0.1:9"}, "error sending request"),
    ],
    ids=["bucket", "secret", "key", "server"],
)
async def test_what_helps_is_said_and_no_secret_is(bucket: Bucket, wrong: dict[str, str], help_: str) -> None:
    bucket = replace(bucket, **wrong)  # type: ignore[arg-type]
    archives = S3Archives(bucket)

    assert not await archives.answers()
    with pytest.raises(DependencyAwayError) as away:
        await archives.put(ArchiveFile(uuid4(), 1), CONTENT, {})
    with pytest.raises(DependencyAwayError):
        await archives.files()

    assert help_ in str(away.value)
    assert bucket.secret.get_secret_value() not in repr(archives) + repr(vars(archives)) + str(away.value.__cause__)


async def test_what_was_put_and_not_heard_of_is_not_put_again(bucket: Bucket) -> None:
    archives, file = S3Archives(bucket), ArchiveFile(uuid4(), 1)
    await archives.put(file, CONTENT, {"Content-Type": "application/zip"})

    await archives.put(file, CONTENT, {"Content-Type": "text/plain"})

    link = URL(await archives.link(file.job_id, 1, "GET", timedelta(minutes=1)), encoded=True)
    async with ClientSession() as browser, browser.get(link) as answer:
        assert answer.headers["Content-Type"] == "application/zip"


async def test_what_lies_there_and_is_not_what_was_put_does_not_stay(bucket: Bucket) -> None:
    archives, file = S3Archives(bucket), ArchiveFile(uuid4(), 1)
    await archives.put(file, CONTENT[:7], {})

    with pytest.raises(DependencyAwayError, match="of 100 bytes put 7 lie there"):
        await archives.put(file, CONTENT, {})

    await archives.put(file, CONTENT, {})
    assert await archives.size(file.job_id, 1) == len(CONTENT)


@pytest.mark.parametrize(("status", "kind"), [(FULL, OSError), (503, DependencyAwayError), (500, DependencyAwayError)])
async def test_a_server_in_trouble_is_away_and_a_full_one_is_full(
    server: Objects, status: int, kind: type[Exception]
) -> None:
    async with in_front_of(server) as front:
        archives = S3Archives(a_bucket(server, front.url))
        await archives.put(ArchiveFile(uuid4(), 1), CONTENT, {})

        front.failing = status
        with pytest.raises(kind):
            await archives.put(ArchiveFile(uuid4(), 1), CONTENT, {})


async def test_large_ones_go_in_pieces_and_small_ones_in_one(server: Objects) -> None:
    def puts(front: Front) -> int:
        return front.asked.count("PUT")

    async with in_front_of(server) as front:
        archives = S3Archives(a_bucket(server, front.url))
        await archives.put(ArchiveFile(uuid4(), 1), b"x" * 1000, {})
        small = puts(front)
        await archives.put(ArchiveFile(uuid4(), 1), b"x" * (11 * 1024 * 1024), {})

    assert (small, puts(front) - small) == (1, 3)
