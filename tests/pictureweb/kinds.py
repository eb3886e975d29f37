"""Every kind of picture a host can answer with, and what a careful downloader makes of it."""

from dataclasses import dataclass
from random import Random
from typing import Literal

Outcome = Literal["kept", "kept after another try", "refused"]
# Of the results: nearly all, one in ten of the rest, ``Wish.bad`` percent; the last only where a search names them.
Share = Literal["common", "good", "bad", "named"]


@dataclass(frozen=True)
class Kind:
    name: str
    outcome: Outcome
    share: Share
    extension: str = "jpg"


KINDS = {
    kind.name: kind
    for kind in (
        Kind("good", "kept", "common"),
        Kind("png", "kept", "good", "png"),
        Kind("gif", "kept", "good", "gif"),
        Kind("webp", "kept", "good", "webp"),
        Kind("redirect", "kept", "good"),  # one hop to a good one
        Kind("mislabelled", "kept", "good"),  # a good one called text/plain
        Kind("untyped", "kept", "good"),  # a good one without a Content-Type
        Kind("missing", "refused", "bad"),  # 404
        Kind("html", "refused", "bad"),  # a page that says "gone", with status 200
        Kind("disguised", "refused", "bad"),  # the same page called image/jpeg
        Kind("short", "refused", "bad"),  # the end of the picture is missing, the length is that of what is sent
        Kind("truncated", "refused", "bad"),  # closed before as much has come as Content-Length says
        Kind("twin", "refused", "bad"),  # the bytes of the good picture of the same number
        Kind("error", "refused", "bad"),  # always 500
        Kind("error-once", "kept after another try", "bad"),
        Kind("hotlink", "kept after another try", "bad"),  # 403 without a Referer
        Kind("svg", "refused", "bad", "svg"),
        Kind("pixel", "refused", "bad", "gif"),  # one by one
        Kind("slow", "kept", "bad"),  # good after 3 s, or ``?ms=``
        Kind("overrun", "refused", "bad"),  # more comes than Content-Length says
        Kind("reset", "refused", "bad"),  # the connection is reset in the middle
        Kind("busy", "refused", "bad"),  # always 429
        Kind("busy-once", "kept after another try", "bad"),
        Kind("loop", "refused", "bad"),  # redirects to itself
        Kind("chain", "refused", "bad"),  # ten redirects to a good one
        Kind("to-loopback", "refused", "bad"),  # redirects to a good picture on 127.0.0.1
        Kind("to-metadata", "refused", "bad"),  # 169.254.169.254
        Kind("to-private", "refused", "bad"),  # 10.0.0.1
        Kind("to-file", "refused", "bad"),
        Kind("bomb", "refused", "bad", "png"),  # 400 megapixels in 50 KB
        Kind("huge", "refused", "bad"),  # a valid JPEG of 30 MB
        Kind("drip", "refused", "bad"),  # a good one, one byte a second
        Kind("endless", "refused", "bad"),  # 3 MB/s without an end
        Kind("avif", "kept", "named", "avif"),
        Kind("reencoded", "kept", "named"),  # the good picture of the same number, in other bytes
        Kind("noai", "kept", "named"),  # a good one, with an X-Robots-Tag that speaks against it
        Kind("disallowed", "kept", "named"),  # a good one, where the host's robots.txt wants nobody
    )
}
GOOD = tuple(kind.name for kind in KINDS.values() if kind.share == "good")
_BAD = [kind.name for kind in KINDS.values() if kind.share == "bad"]
BAD = tuple(Random(34).sample(_BAD, len(_BAD)))  # shuffled once for all: among the first are easy and hard ones
