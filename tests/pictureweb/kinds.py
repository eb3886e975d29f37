"""Every kind of picture a host can answer with, and what a careful downloader makes of it."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["kept", "kept after another try", "refused"]


@dataclass(frozen=True)
class Kind:
    """``mixed``: whether it stands among the results of an ordinary search."""

    name: str
    outcome: Outcome
    extension: str = "jpg"
    mixed: bool = True


_ALL = (
    Kind("good", "kept"),
    Kind("png", "kept", "png"),
    Kind("gif", "kept", "gif"),
    Kind("webp", "kept", "webp"),
    Kind("missing", "refused"),
)
KINDS = {kind.name: kind for kind in _ALL}
GOOD = tuple(kind.name for kind in _ALL if kind.mixed and kind.outcome == "kept")
BAD = tuple(kind.name for kind in _ALL if kind.mixed and kind.outcome != "kept")
