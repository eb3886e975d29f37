"""Requests that are wrong in some way, drawn by a seed: at every layer, from the request line to a field's value."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

MARK = "someone@example.com"
"""What must not be found in any log: put into whatever is wrong."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

GOOD = {"search-query": "cats", "email": MARK, "images": "5"}


@dataclass(frozen=True)
class Malformed:
    """`raw` is the whole request. `kind` says how it was made."""

    kind: str
    raw: bytes


def malformed(seed: int, number: int) -> list[Malformed]:
    draw = Random(seed)
    return [_one(draw) for _ in range(number)]


def _one(draw: Random) -> Malformed:
    make = draw.choice(_KINDS)
    return Malformed(make.__name__.removeprefix("_"), make(draw))


def _request_line(draw: Random) -> bytes:
    line = draw.choice(
        [
            f"GET /{MARK}\x00 HTTP/1.1",
            f"G(T /{MARK} HTTP/1.1",
            f"get /{MARK} HTTP/1.1",
            f"GET /{MARK} HTTP/{draw.randint(3, 99)}.{draw.randint(2, 99)}",
            f"GET /{MARK} FTP/1.1",
            f"{MARK} / HTTP/1.1",
            f"GET {MARK} HTTP/1.1",
            f"GET http://[::1/{MARK} HTTP/1.1",
            f"GET http://x:{draw.randint(65_536, 10**9)}/{MARK} HTTP/1.1",
            f"GET /{'a' * draw.randint(8_200, 12_000)}{MARK} HTTP/1.1",
        ]
    )
    return f"{line}\r\nHost: x\r\n\r\n".encode("latin-1")


def _bytes(draw: Random) -> bytes:
    """No HTTP at all; with an end, so that there is something to answer."""
    return bytes([draw.randrange(0x7F, 0x100)]) + draw.randbytes(draw.randint(8, 400)) + b"\r\n\r\n"


def _header(draw: Random) -> bytes:
    line = draw.choice(
        [
            f"{MARK}",
            f"X : {MARK}",
            f"X: {MARK}\x00",
            f"X: {MARK}\ry",
            f"X: {MARK}\x01\x7f\x00",
            f" X: {MARK}",
            f"X{chr(draw.randrange(0x80, 0x100))}: {MARK}",
            f"X({draw.randint(0, 99)}): {MARK}",
            f"X: {MARK}{'a' * draw.randint(8_200, 12_000)}",
            "\r\n".join(f"X-{n}: {MARK}" for n in range(draw.randint(70, 200))),
            "Host: y",
        ]
    )
    return f"GET / HTTP/1.1\r\nHost: x\r\n{line}\r\n\r\n".encode("latin-1")


def _framing(draw: Random) -> bytes:
    """Bodies whose end nobody can know, or two could know differently."""
    lines, body = draw.choice(
        [
            ("Content-Length: 5\r\nContent-Length: 6", "a=b&c="),
            ("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"),
            (f"Transfer-Encoding: {draw.choice(['xchunked', 'chunked, x', 'gzip', MARK])}", "0\r\n\r\n"),
            (f"Content-Length: {draw.choice(['-1', '+3', '0x3', '3 3', '', MARK, '9' * 30])}", "a=b"),
            ("Transfer-Encoding: chunked", f"{draw.choice(['Z', '-1', '+1', '0x1', MARK])}\r\na\r\n0\r\n\r\n"),
            ("Transfer-Encoding: chunked", "3\r\na=bXX0\r\n\r\n"),
            ("Transfer-Encoding: chunked", "f" * draw.randint(17, 60) + "\r\n"),
        ]
    )
    return _post(draw.choice(["/jobs", "/api/v1/jobs"]), draw.choice([JSON, FORM]), body.encode(), lines)


def _media_type(draw: Random) -> bytes:
    path, right = draw.choice([("/jobs", FORM), ("/api/v1/jobs", JSON)])
    wrong = draw.choice(
        [
            "text/plain",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/xml",
            JSON if right == FORM else FORM,
            f"{right}; charset=utf-16",
            f"{right}; charset={MARK}",
            ";;;===",
            MARK,
            "",
        ]
    )
    return _post(path, wrong, draw.randbytes(draw.randint(0, 300)))


def _encoding(draw: Random) -> bytes:
    """Packed, rightly, wrongly, or to burst."""
    packing, body = draw.choice(
        [
            (draw.choice(["gzip", "deflate", "br", "zstd", MARK]), MARK.encode() * draw.randint(1, 9)),
            ("gzip", gzip.compress(b"a=" + bytes(draw.randint(20_000, 3_000_000)), mtime=0)),
            ("gzip", gzip.compress(urlencode(GOOD).encode(), mtime=0)[: -draw.randint(0, 20) or None]),
        ]
    )
    path, kind = draw.choice([("/jobs", FORM), ("/api/v1/jobs", JSON)])
    return _post(path, kind, body, f"Content-Encoding: {packing}\r\nContent-Length: {len(body)}")


def _too_large(draw: Random) -> bytes:
    size = draw.randint(17_000, 60_000)
    if draw.random() < 0.5:
        return _post("/jobs", FORM, b"search-query=" + b"a" * size)
    return _post("/api/v1/jobs", JSON, b'{"search-query": "' + b"a" * size + b'"}')


def _form(draw: Random) -> bytes:
    body = draw.choice(
        [
            b"search-query=\xff" + draw.randbytes(20),
            b"search-query=%ff%fe&email=" + MARK.encode(),
            b"&".join(b"a=1" for _ in range(draw.randint(26, 500))),
            urlencode({**GOOD, "images": draw.choice(["0", "-1", "x", "1e3", "9" * 500, "\u0661"])}).encode(),
            urlencode(
                {**GOOD, "email": draw.choice(["", "x", f"{MARK}, {MARK}", f"{MARK}\r\nBcc: x@y.example"])}
            ).encode(),
            urlencode({**GOOD, "search-query": draw.choice(["", " ", "a\x00", "a\nb", "x" * 201])}).encode(),
            urlencode({**GOOD, "date": draw.choice(["", "soon", "2021-02-30", "9999-99-99"])}).encode(),
            urlencode({**GOOD, "when": MARK, "time-zone": "../../etc/passwd"}).encode(),
            urlencode({**GOOD, MARK: MARK}).encode(),
            urlencode([*GOOD.items(), ("email", MARK)]).encode(),
            urlencode({**GOOD, "nonce": MARK}).encode(),
            urlencode({**GOOD, "site": draw.choice(["http://", "javascript:1", "a b", f"http://{MARK}"])}).encode(),
            _scrambled(draw, urlencode(GOOD).encode()) + b"&images=x",
        ]
    )
    return _post("/jobs", FORM, body)


def _json(draw: Random) -> bytes:
    body = draw.choice(
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'"a"',
            b"[" * draw.randint(1_000, 9_000),
            b'{"a":' * draw.randint(1_000, 2_500),
            b'{"images": ' + b"9" * draw.randint(5_000, 9_000) + b"}",
            b'{"search-query": "\xff"}',
            json.dumps({**GOOD, "images": draw.choice([None, True, [], {}, 1.5, -3, 10**9, "x"])}).encode(),
            json.dumps({**GOOD, "search-query": draw.choice([None, 1, [], {"a": 1}, "\ud800", "\x00"])}).encode(),
            json.dumps({**GOOD, "email": draw.choice([None, 1, [MARK], "x@", "\ud800@example.com"])}).encode(),
            json.dumps({**GOOD, draw.choice([MARK, "\ud800", "", "__proto__"]): 1}).encode(),
            json.dumps({**GOOD, "images": float("nan")}).encode(),
            b'{"email": "' + MARK.encode() + b'", "email": "x"}',
            json.dumps({**GOOD, "colour": draw.choice(["mauve", 1, []]), "country": "Atlantis"}).encode(),
            json.dumps(GOOD).encode()[: -draw.randint(1, 40)],
            b"\x00" + draw.randbytes(draw.randint(1, 200)),
        ]
    )
    return _post("/api/v1/jobs", JSON, body)


def _key(draw: Random) -> bytes:
    wrong = draw.choice(
        ["", " ", "a b", "1", "x" * 15, "\xe9" * 16, "x" * draw.randint(201, 5_000), "a\r\nIdempotency-Key: b"]
    )
    body = json.dumps(GOOD).encode()
    return _post("/api/v1/jobs", JSON, body, f"Idempotency-Key: {wrong}\r\nContent-Length: {len(body)}")


def _scrambled(draw: Random, body: bytes) -> bytes:
    scrambled = bytearray(body)
    for _ in range(draw.randint(1, 8)):
        scrambled[draw.randrange(len(scrambled))] = draw.randrange(256)
    return bytes(scrambled)


def _post(path: str, kind: str, body: bytes, lines: str = "") -> bytes:
    lines = lines or f"Content-Length: {len(body)}"
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n{lines}\r\n\r\n".encode("latin-1") + body


_KINDS: tuple[Callable[[Random], bytes], ...] = (
    _request_line,
    _bytes,
    _header,
    _framing,
    _media_type,
    _encoding,
    _too_large,
    _form,
    _json,
    _key,
)
