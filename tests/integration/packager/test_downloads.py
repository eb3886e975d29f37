"""The downloader against every kind of host the picture web knows, and some worse ones."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from services.packager.bodies import Body
from services.packager.downloads import DownloadLimits, Downloads, guarded_session
from services.packager.fetching import Fetcher
from services.packager.guard import Guard
from services.packager.pictures import PictureLimits, picture_in
from services.packager.refusals import RefusedError
from services.packager.slots import Slots
from shared.refusals import Refusal
from tests.integration.packager.raw_server import raw_server, says
from tests.pictureweb.kinds import KINDS
from tests.pictureweb.site import PictureWeb
from tests.unit.packager.samples import a_candidate, a_picture

pytestmark = pytest.mark.integration

LIMITS = DownloadLimits(connect=1.0, idle=1.0, total=4.0, picture_bytes=2_000_000)
OK = b"HTTP/1.1 200 OK\r\n"

Making = Callable[..., Awaitable[Fetcher]]


@pytest.fixture
async def a_fetcher(tmp_path: Path) -> AsyncIterator[Making]:
    """Makes fetchers that may go to these servers and nowhere else on this machine."""
    async with AsyncExitStack() as stack:

        async def make(*holes: tuple[str, int], limits: DownloadLimits = LIMITS, per_host: int = 6) -> Fetcher:
            session = await stack.enter_async_context(guarded_session(Guard(holes), user_agent="Test/1"))
            return Fetcher(
                downloads=Downloads(session, limits),
                slots=Slots(total=64, per_host=per_host),
                new_body=partial(Body, in_memory=100_000, folder=tmp_path),
                seconds=limits.total,
            )

        yield make


async def bytes_at(fetcher: Fetcher, url: str, source_page: str | None = None) -> bytes:
    with await fetcher.fetch(a_candidate(url=url, source_page=source_page)) as fetched:
        return bytes(fetched.body.content().data)


async def refusal_at(fetcher: Fetcher, url: str, source_page: str | None = None) -> Refusal:
    """Of fetching it, or else of looking at what came."""
    with pytest.raises(RefusedError) as refused:
        picture_in(await bytes_at(fetcher, url, source_page), PictureLimits())
    return refused.value.reason


def holes_of(site: PictureWeb) -> list[tuple[str, int]]:
    return [(address.partition(":")[0], site.port) for address in site.addresses]


def url(site: PictureWeb, kind: str, number: int = 1234) -> str:
    return f"http://{site.addresses[4]}/{kind}/{number}.{KINDS[kind].extension}"


GOOD = [kind.name for kind in KINDS.values() if kind.outcome == "kept" and kind.name not in ("twin", "slow")]
REASONS = {
    "missing": Refusal.GONE,
    "html": Refusal.NOT_A_PICTURE,
    "disguised": Refusal.NOT_A_PICTURE,
    "svg": Refusal.NOT_A_PICTURE,
    "short": Refusal.TRUNCATED,
    "truncated": Refusal.TRUNCATED,
    "overrun": Refusal.TRUNCATED,
    "error": Refusal.HOST_FAILED,
    "busy": Refusal.REFUSED_BY_HOST,
    "pixel": Refusal.TOO_SMALL,
    "bomb": Refusal.TOO_MANY_PIXELS,
    "huge": Refusal.TOO_LARGE,
    "endless": Refusal.TOO_LARGE,
    "drip": Refusal.TIMEOUT,
    "loop": Refusal.TOO_MANY_REDIRECTS,
    "chain": Refusal.TOO_MANY_REDIRECTS,
    "to-loopback": Refusal.FORBIDDEN_ADDRESS,
    "to-metadata": Refusal.FORBIDDEN_ADDRESS,
    "to-private": Refusal.FORBIDDEN_ADDRESS,
    "to-file": Refusal.FORBIDDEN_ADDRESS,
}


async def test_every_good_picture_comes_whole(site: PictureWeb, a_fetcher: Making) -> None:
    fetcher = await a_fetcher(*holes_of(site))

    for kind in GOOD:
        picture_in(await bytes_at(fetcher, url(site, kind)), PictureLimits())


async def test_every_bad_one_is_refused_for_its_reason_in_bounded_time(site: PictureWeb, a_fetcher: Making) -> None:
    limits = replace(LIMITS, connect=3.0, idle=3.0, total=8.0)  # all at once, on a machine busy with other tests
    fetcher = await a_fetcher(*holes_of(site), limits=limits)

    async with asyncio.timeout(limits.total + 3):
        refused = await asyncio.gather(*(refusal_at(fetcher, url(site, kind)) for kind in REASONS))

    assert dict(zip(REASONS, refused, strict=True)) == REASONS


def test_every_bad_kind_of_the_picture_web_has_its_reason_here() -> None:
    bad = {kind.name for kind in KINDS.values() if kind.outcome == "refused"}

    assert bad == {*REASONS, "twin", "reset"}  # a twin is only bad beside the other; a reset has two names


async def test_a_connection_that_is_reset_is_tried_again_and_then_refused(site: PictureWeb, a_fetcher: Making) -> None:
    fetcher = await a_fetcher(*holes_of(site))

    refused = await refusal_at(fetcher, url(site, "reset", 71))

    assert refused in {Refusal.UNREACHABLE, Refusal.TRUNCATED}
    assert site.visited("/reset/71") == 3


async def test_a_host_that_recovers_gives_its_picture(site: PictureWeb, a_fetcher: Making) -> None:
    fetcher = await a_fetcher(*holes_of(site))

    picture_in(await bytes_at(fetcher, url(site, "error-once", 72)), PictureLimits())

    assert site.visited("/error-once/72") == 2


async def test_retry_after_is_waited_for(site: PictureWeb, a_fetcher: Making) -> None:
    fetcher = await a_fetcher(*holes_of(site))
    begun = time.monotonic()

    await bytes_at(fetcher, url(site, "busy-once", 73))

    assert time.monotonic() - begun >= 1.0


async def test_what_cannot_get_better_is_asked_for_once(site: PictureWeb, a_fetcher: Making) -> None:
    fetcher = await a_fetcher(*holes_of(site))
    kinds = ("missing", "html", "disguised", "short", "huge", "to-private")

    for kind in kinds:
        await refusal_at(fetcher, url(site, kind, 74))

    assert {kind: site.visited(f"/{kind}/74") for kind in kinds} == dict.fromkeys(kinds, 1)


async def test_five_redirects_are_followed_and_no_more(site: PictureWeb, a_fetcher: Making) -> None:
    fetcher = await a_fetcher(*holes_of(site))

    assert await refusal_at(fetcher, url(site, "loop", 74)) is Refusal.TOO_MANY_REDIRECTS
    assert site.visited("/loop/74") == 6
    picture_in(await bytes_at(fetcher, f"{url(site, 'chain', 74)}?left=5"), PictureLimits())


async def test_a_403_is_asked_once_more_with_the_page_it_was_found_on(site: PictureWeb, a_fetcher: Making) -> None:
    fetcher = await a_fetcher(*holes_of(site))

    picture_in(await bytes_at(fetcher, url(site, "hotlink", 75), "https://pages.example/a"), PictureLimits())
    assert site.visited("/hotlink/75") == 2

    assert await refusal_at(fetcher, url(site, "hotlink", 76)) is Refusal.REFUSED_BY_HOST
    assert site.visited("/hotlink/76") == 1


async def test_a_host_that_nobody_answers_at_is_unreachable(a_fetcher: Making) -> None:
    async with raw_server(says(b"")) as gone:
        pass
    fetcher = await a_fetcher(("127.0.0.1", gone.port))

    assert await refusal_at(fetcher, gone.url()) is Refusal.UNREACHABLE


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((b"this is no HTTP\r\n\r\n",), Refusal.HOST_FAILED),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",), Refusal.HOST_FAILED),
        ((OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n",), Refusal.HOST_FAILED),
        ((OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",), Refusal.HOST_FAILED),
        ((OK + b"Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip",), Refusal.TRUNCATED),
        ((b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",), Refusal.REFUSED_BY_HOST),
        ((b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\n\r\n",), Refusal.FORBIDDEN_ADDRESS),
        ((b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",), Refusal.FORBIDDEN_ADDRESS),
        ((b"HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc",), Refusal.REFUSED_BY_HOST),
        ((b"",), Refusal.UNREACHABLE),
    ],
)
async def test_an_answer_that_is_no_answer_is_refused(
    answer: tuple[bytes, ...], reason: Refusal, a_fetcher: Making
) -> None:
    async with raw_server(says(*answer)) as server:
        fetcher = await a_fetcher(("127.0.0.1", server.port))

        assert await refusal_at(fetcher, server.url()) is reason


async def test_a_host_name_that_is_none_is_refused(a_fetcher: Making) -> None:
    fetcher = await a_fetcher()
    names = ("a" * 64 + ".example", "x" * 300, "a..b", "-", "xn--zz", "%31%32%37", "exa mple", "\u2f00", "a_b", ".")

    refused = await asyncio.gather(*(refusal_at(fetcher, f"http://{name}/a.jpg") for name in names))

    assert set(refused) <= {Refusal.FORBIDDEN_ADDRESS, Refusal.UNREACHABLE}


async def test_silence_is_a_timeout(a_fetcher: Making) -> None:
    async with raw_server(says(OK, b"late", pause=5)) as server:
        fetcher = await a_fetcher(("127.0.0.1", server.port))
        begun = time.monotonic()

        assert await refusal_at(fetcher, server.url()) is Refusal.TIMEOUT
        assert LIMITS.idle <= time.monotonic() - begun < LIMITS.total


async def test_headers_that_drip_cannot_outlast_the_time_of_one_try(a_fetcher: Making) -> None:
    dripping = [OK, *(f"X-{number}: y\r\n".encode() for number in range(100))]
    async with raw_server(says(*dripping, pause=0.3)) as server:
        fetcher = await a_fetcher(("127.0.0.1", server.port), limits=replace(LIMITS, total=1.5))
        begun = time.monotonic()

        assert await refusal_at(fetcher, server.url()) is Refusal.TIMEOUT
        assert time.monotonic() - begun < 10  # the dripping goes on for 30 s


async def test_the_time_of_one_try_includes_its_redirects(a_fetcher: Making) -> None:
    async def slow_redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.6)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /again.jpg\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    async with raw_server(slow_redirect) as server:
        fetcher = await a_fetcher(("127.0.0.1", server.port), limits=replace(LIMITS, total=1.0))

        assert await refusal_at(fetcher, server.url()) is Refusal.TIMEOUT


async def test_what_counts_is_what_comes_out_of_a_compressed_answer(a_fetcher: Making) -> None:
    bomb = gzip.compress(bytes(100_000_000))
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(bomb)).encode() + b"\r\n\r\n"
    async with raw_server(says(head + bomb)) as server:
        fetcher = await a_fetcher(("127.0.0.1", server.port))

        assert len(bomb) < LIMITS.picture_bytes
        assert await refusal_at(fetcher, server.url()) is Refusal.TOO_LARGE


async def test_an_answer_without_a_length_is_read_to_its_end(a_fetcher: Making) -> None:
    picture = a_picture()
    async with raw_server(says(OK + b"\r\n" + picture)) as server:
        fetcher = await a_fetcher(("127.0.0.1", server.port))

        assert await bytes_at(fetcher, server.url()) == picture


async def test_a_request_says_who_we_are_and_nothing_else(a_fetcher: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server(says(OK + b"Set-Cookie: a=b\r\nContent-Length: 1\r\n\r\nx")) as server:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        fetcher = await a_fetcher(("127.0.0.1", server.port))
        for _ in range(2):
            await bytes_at(fetcher, server.url(), "https://pages.example/a")

        first, second = (
            {line.partition(":")[0] for line in text.split("\r\n")[1:] if line} for text in server.requests
        )
        assert first == second == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
        assert "User-Agent: Test/1\r\n" in server.requests[0]
        assert "Accept-Encoding: identity\r\n" in server.requests[0]


async def test_the_body_says_where_it_was_found_in_the_end(site: PictureWeb, a_fetcher: Making) -> None:
    fetcher = await a_fetcher(*holes_of(site))

    with await fetcher.fetch(a_candidate(url=url(site, "redirect"))) as fetched:
        assert "/good/1234.jpg" in fetched.url


async def test_no_more_than_six_connections_go_to_one_host(a_fetcher: Making) -> None:
    now = most = 0

    async def count(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1
        writer.write(OK + b"Content-Length: 1\r\nConnection: close\r\n\r\nx")

    async with raw_server(count) as server:
        fetcher = await a_fetcher(("127.0.0.1", server.port))
        await asyncio.gather(*(bytes_at(fetcher, server.url()) for _ in range(40)))

    assert most == 6


async def test_a_slot_is_held_until_the_bytes_have_been_used(a_fetcher: Making) -> None:
    async with raw_server(says(OK + b"Content-Length: 1\r\n\r\nx")) as server:
        fetcher = await a_fetcher(("127.0.0.1", server.port), per_host=1)

        with await fetcher.fetch(a_candidate(url=server.url())):
            second = asyncio.ensure_future(bytes_at(fetcher, server.url()))
            await asyncio.sleep(0.1)
            assert len(server.requests) == 1
        assert await second == b"x"


async def test_a_cancelled_fetch_gives_its_slot_back(a_fetcher: Making) -> None:
    async with raw_server(says(OK, b"late", pause=30)) as silent:
        fetcher = await a_fetcher(("127.0.0.1", silent.port), per_host=1)
        first = asyncio.ensure_future(bytes_at(fetcher, silent.url()))
        await asyncio.sleep(0.1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)

        assert await refusal_at(fetcher, silent.url()) is Refusal.TIMEOUT


async def test_redirects_count_against_the_host_they_lead_to(a_fetcher: Making) -> None:
    now = most = 0

    async def count(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1
        writer.write(OK + b"Content-Length: 1\r\nConnection: close\r\n\r\nx")

    async with AsyncExitStack() as stack:
        target = await stack.enter_async_context(raw_server(count))
        send_there = f"HTTP/1.1 302 Found\r\nLocation: {target.url()}\r\nContent-Length: 0\r\n\r\n".encode()
        hosts = [f"127.0.3.{last}" for last in range(1, 10)]
        sources = [await stack.enter_async_context(raw_server(says(send_there), host)) for host in hosts]
        urls = [source.url(host=host) for host, source in zip(hosts, sources, strict=True)]
        ports = [source.port for source in sources]
        fetcher = await a_fetcher(("127.0.0.1", target.port), *zip(hosts, ports, strict=True))

        await asyncio.gather(*(bytes_at(fetcher, url) for url in urls * 4))

    assert most == 6
