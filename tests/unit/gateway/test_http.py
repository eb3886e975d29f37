"""HTTP as nobody means it: each is answered so that nothing behind or before us can take it for something else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.gateway.app import build_web
from services.gateway.web.headers import SECURITY
from services.gateway.web.serving import serving_web
from tests.unit.gateway.site import a_desk

MARK = "someone@example.com"
HOST = "Host: x\r\n"
POST = f"POST /jobs HTTP/1.1\r\n{HOST}Content-Type: application/x-www-form-urlencoded\r\n"

UNREADABLE = {
    "no host": "GET / HTTP/1.1\r\n\r\n",
    "two hosts": f"GET / HTTP/1.1\r\n{HOST}Host: {MARK}\r\n\r\n",
    "no address": f"GET  HTTP/1.1\r\n{HOST}\r\n",
    "an address without a slash": f"GET {MARK} HTTP/1.1\r\n{HOST}\r\n",
    "a star": f"GET * HTTP/1.1\r\n{HOST}\r\n",
    "a host that is none": f"GET http://[::1/{MARK} HTTP/1.1\r\n{HOST}\r\n",
    "a port that is none": f"GET http://x:99999/{MARK} HTTP/1.1\r\n{HOST}\r\n",
    "an address of other bytes": f"GET /{MARK}\xff HTTP/1.1\r\n{HOST}\r\n",
    "an address too long": f"GET /{MARK}{'a' * 9_000} HTTP/1.1\r\n{HOST}\r\n",
    "a method too odd": f"G(T /{MARK} HTTP/1.1\r\n{HOST}\r\n",
    "another version": f"GET /{MARK} HTTP/9.9\r\n{HOST}\r\n",
    "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x00" * 60,
    "a NUL": f"GET / HTTP/1.1\r\n{HOST}X: {MARK}\x00\r\n\r\n",
    "a bare CR": f"GET / HTTP/1.1\r\n{HOST}X: {MARK}\rb\r\n\r\n",
    "bare LFs": f"GET / HTTP/1.1\nHost: {MARK}\n\n",
    "a folded line": f"GET / HTTP/1.1\r\n{HOST}X: a\r\n {MARK}\r\n\r\n",
    "a space before the colon": f"GET / HTTP/1.1\r\n{HOST}X : {MARK}\r\n\r\n",
    "a header too long": f"GET / HTTP/1.1\r\n{HOST}X: {MARK}{'a' * 9_000}\r\n\r\n",
    "too many headers": f"GET / HTTP/1.1\r\n{HOST}X: {MARK}\r\n" + "X: y\r\n" * 70 + "\r\n",
    "the same length twice": f"{POST}Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "two lengths": f"{POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
    "a length and pieces": f"{POST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length below nothing": f"{POST}Content-Length: -1\r\n\r\n",
    "a length with a sign": f"{POST}Content-Length: +3\r\n\r\na=b",
    "a length that no number holds": f"{POST}Content-Length: {'9' * 30}\r\n\r\n",
    "another coding": f"{POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "pieces, then another coding": f"{POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a piece of no length": f"{POST}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{MARK}\r\n0\r\n\r\n",
}

READABLE = {
    "HTTP/1.0": ("GET / HTTP/1.0\r\n\r\n", 200),
    "a whole address": (f"GET http://elsewhere.example/ HTTP/1.1\r\n{HOST}\r\n", 200),
    "a tunnel": (f"CONNECT elsewhere.example:443 HTTP/1.1\r\n{HOST}\r\n", 404),
    "what the server can do": (f"OPTIONS * HTTP/1.1\r\n{HOST}\r\n", 404),
    "a protocol that we do not speak": (
        f"GET / HTTP/1.1\r\n{HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        200,
    ),
    "an expectation that we do not meet": (
        f"{POST}Expect: miracles\r\nContent-Length: 0\r\n\r\n",
        417,
    ),
    "a way out of the files": (f"GET /static/../../app.py HTTP/1.1\r\n{HOST}\r\n", 404),
    "the same, hidden": (f"GET /static/..%2f..%2fapp.py HTTP/1.1\r\n{HOST}\r\n", 404),
    "a file with a NUL": (f"GET /static/%00 HTTP/1.1\r\n{HOST}\r\n", 404),
    "a file's name too long": (f"GET /static/{'a' * 5_000} HTTP/1.1\r\n{HOST}\r\n", 404),
    "a token of no characters": (f"GET /jobs/%ed%a0%80%00%ff HTTP/1.1\r\n{HOST}\r\n", 404),
    "a range of nothing": (f"GET /static/site.css HTTP/1.1\r\n{HOST}Range: bytes=zz\r\n\r\n", 416),
    "several parts": (
        f"POST /jobs HTTP/1.1\r\n{HOST}Content-Type: multipart/form-data\r\nContent-Length: 5\r\n\r\n--x\r\n",
        415,
    ),
    "a form in pieces": (f"{POST}Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n", 422),
    "a form in pieces with much beside": (
        f"{POST}Transfer-Encoding: chunked\r\n\r\n3;{'y' * 5_000}\r\na=b\r\n0\r\n\r\n",
        422,
    ),
}


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    app = build_web(a_desk(tmp_path, public_url="https://pictures.example"))
    async with serving_web(app, "127.0.0.1", 0) as port:
        yield port


async def answer_to(port: int, request: str, *, closed: bool) -> str:
    """The whole of it when the connection is `closed` afterwards, else its head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.encode("latin-1"))
        async with asyncio.timeout(10):
            return (await (reader.read() if closed else reader.readuntil(b"\r\n\r\n"))).decode("latin-1")
    finally:
        writer.transport.abort()


def assert_headed(answer: str) -> None:
    lines = answer.partition("\r\n\r\n")[0].split("\r\n")[1:]
    headers = dict(line.split(": ", 1) for line in lines)
    assert len(headers) == len(lines)
    assert SECURITY.items() <= headers.items()
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["Cache-Control"] in ("no-store", "no-cache")


@pytest.mark.parametrize("request_", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_can_not_be_read_is_answered_without_an_echo_and_hung_up_on(port: int, request_: str) -> None:
    with capture_logs() as logs:
        answer = await answer_to(port, request_, closed=True)

    assert answer.split(" ")[1] == "400"
    assert answer.count("HTTP/1.") == 1
    assert_headed(answer)
    assert MARK not in answer
    assert MARK not in str(logs)
    (line,) = [entry for entry in logs if entry["event"] == "request"]
    assert f"X-Request-Id: {line['request_id']}\r\n" in answer


@pytest.mark.parametrize(("request_", "status"), READABLE.values(), ids=READABLE)
async def test_what_can_be_read_is_answered_like_anything_else(port: int, request_: str, status: int) -> None:
    answer = await answer_to(port, request_, closed=False)

    assert answer.split(" ")[1] == str(status)
    assert_headed(answer)


async def test_an_expectation_that_is_not_met_is_told_like_any_problem_and_one_that_is_goes_on(port: int) -> None:
    unmet = await answer_to(
        port, f"GET /api/v1 HTTP/1.1\r\n{HOST}Expect: {MARK}\r\nConnection: close\r\n\r\n", closed=True
    )
    met = await answer_to(port, f"{POST}Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n", closed=False)

    assert unmet.split(" ")[1] == "417"
    assert "Content-Type: application/problem+json" in unmet
    assert '"code":"refused"' in unmet
    assert MARK not in unmet
    assert met == "HTTP/1.1 100 Continue\r\n\r\n"
