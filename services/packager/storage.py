"""A place without room is told from a bug of ours, and how much it has is told to the operator."""

import errno
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import clear_frames

from prometheus_client import Gauge

from shared.errors import Reason, RunError

FREE = Gauge("aid_archives_free_bytes", "Room left where archives are written")
SIZE = Gauge("aid_archives_size_bytes", "Room there is in all where archives are written")

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def room_needed() -> Iterator[None]:
    """RunError when there is no room for what is written inside: on the disk, or in the bucket."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            _let_go(error)
            raise RunError(Reason.STORAGE_FULL, retryable=True, detail=str(error)) from error
        raise


def _let_go(error: BaseException | None) -> None:
    """The frames of an exception look at what found no room, and would keep what room it has."""
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__context__


def tell_room_of(folder: Path) -> None:
    """Whenever the metrics are read; no number while the folder is away."""

    def told(name: str) -> float:
        try:
            return float(getattr(shutil.disk_usage(folder), name))
        except OSError:
            return math.nan

    FREE.set_function(lambda: told("free"))
    SIZE.set_function(lambda: told("total"))
