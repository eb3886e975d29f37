"""Records that nobody means well with: each made from a good result, the kinds in turn by its rank."""

from dataclasses import replace

from tests.pictureweb.results import Result

UNUSABLE = (
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:image/png;base64,iVBORw0KGgo=",
    "//no-scheme.example/a.jpg",
    "http://[::1/a.jpg",
)
PRIVATE = ("http://10.0.0.1/a.jpg", "http://169.254.169.254/latest/meta-data/a.jpg", "http://[::1]/a.jpg")
"""Addresses like any other to whoever reads a page; never to be fetched."""

_CUT = "cut.example"
_TURNS = (*UNUSABLE, f"https://{_CUT}/a.jpg", *PRIVATE)
_HALF = "half a character "


def is_private(rank: int) -> bool:
    """Whether the record before the result of this rank has an address at all."""
    return _TURNS[rank % len(_TURNS)] in PRIVATE


def evil_twin(result: Result) -> Result:
    """Of a document of its own, lest it be taken for the good one named again."""
    address = _TURNS[result.rank % len(_TURNS)]
    return replace(result, docid=f"x{result.docid}", url=address, title=_HALF + result.title)


def mangled(record: str) -> str:
    """Half a surrogate pair where the title begins; one kind breaks off in the middle."""
    cut, whole = record.find(_CUT), record.replace(_HALF, "\\ud83d")
    return whole if cut < 0 else record[: cut + len(_CUT)] + '",40'
