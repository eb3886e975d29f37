"""A disk without room is told from a bug of ours."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import Reason, RunError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def room_needed() -> Iterator[None]:
    """RunError when the disk has no room for what is written inside."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise RunError(Reason.STORAGE_FULL, retryable=True, detail=str(error)) from error
        raise
