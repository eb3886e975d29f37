"""Which pictures a search finds: decided by its words and the rank alone, so every request agrees with the others."""

import base64
import hashlib
from dataclasses import dataclass

from tests.pictureweb.addresses import picture_host
from tests.pictureweb.drawing import THUMBNAIL_WIDTH
from tests.pictureweb.kinds import BAD, GOOD, KINDS
from tests.pictureweb.pictures import OTHER_SHAPE, SHAPES, jpeg_size
from tests.pictureweb.wishes import Wish

OTHER_EVERY = 10  # one picture in ten is of a good kind that is less common
TITLES = ("{} in the morning", 'A "{}" [studio]', "{} \u2013 caf\u00e9 <wall>", "{} & friends", "{} / part {{2}}")


@dataclass(frozen=True)
class Result:
    rank: int
    docid: str
    number: int
    kind: str
    url: str
    width: int
    height: int
    title: str
    site: str
    page_url: str
    file_size: str

    @property
    def thumbnail(self) -> str:
        """Where the engine keeps a small copy; nothing of this site fetches it."""
        return f"https://encrypted-tbn0.gstatic.com/images?q=tbn:ANd9Gc{self.hash[:40]}&s"

    @property
    def thumbnail_height(self) -> int:
        return THUMBNAIL_WIDTH * self.height // self.width

    @property
    def hash(self) -> str:
        """Hexadecimal; as good as random."""
        return hashlib.sha256(self.docid.encode()).hexdigest()


def batch(wish: Wish, start: int, port: int) -> list[Result]:
    return results_between(wish, start, min(start + wish.batch, wish.results), port)


def results_between(wish: Wish, start: int, end: int, port: int) -> list[Result]:
    return [_result(wish, rank, port) for rank in range(start, end)]


def _result(wish: Wish, rank: int, port: int) -> Result:
    kind = _kind(wish, rank)
    digest = _digest(wish.words, rank - 1 if kind in ("twin", "reencoded") else rank)
    number = int.from_bytes(digest[:6])
    width, height = SHAPES[number % len(SHAPES)] if KINDS[kind].extension == "jpg" else OTHER_SHAPE
    site = f"site-{int.from_bytes(digest[6:8]) % 4000}.example"
    return Result(
        rank=rank,
        docid=base64.urlsafe_b64encode(_digest(wish.words, rank)[8:20]).decode()[:13] + "M",
        number=number,
        kind=kind,
        url=f"http://{picture_host(number, rank)}:{port}/{kind}/{number}.{KINDS[kind].extension}{_query(wish, rank)}",
        width=width,
        height=height,
        title=TITLES[rank % len(TITLES)].format(wish.words),
        site=site,
        page_url=f"https://www.{site}/gallery?picture={number}&from=search",
        file_size=f"{jpeg_size(number) // 1000}KB",
    )


def _kind(wish: Wish, rank: int) -> str:
    """Bad pictures are spread evenly: of any hundred in a row exactly ``wish.bad`` are bad."""
    bad_before, bad_now = rank * wish.bad // 100, (rank + 1) * wish.bad // 100
    if bad_now > bad_before:
        turns = wish.kinds or BAD
        return turns[bad_before % len(turns)]
    return "good" if rank % OTHER_EVERY else GOOD[rank // OTHER_EVERY % len(GOOD)]


def _query(wish: Wish, rank: int) -> str:
    """Some addresses carry the characters that are escaped in a record."""
    parts = [f"w={1000 + rank}", "v=3"] if rank % 3 == 0 else []
    return "?" + "&".join([*parts, "latency=on"] if wish.latency else parts) if parts or wish.latency else ""


def _digest(words: str, rank: int) -> bytes:
    return hashlib.sha256(f"{words}|{rank}".encode()).digest()
