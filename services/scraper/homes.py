"""The folders of browsers. Each is locked by those who use it; what a machine's sudden end left behind is not."""

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

import structlog

log = structlog.get_logger()

PREFIX = "aid-chromium-"
YOUNG_SECONDS = 60.0
"""One that is younger may be about to be locked."""


class Home:
    """A new folder in the temporary one. It counts as used while anybody holds `lock` open, a child as well."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def drop(self) -> None:
        """Nobody has used it."""
        shutil.rmtree(self.path)
        self.leave()

    def leave(self) -> None:
        """Leaving it again does nothing."""
        lock, self.lock = self.lock, -1
        if lock >= 0:
            os.close(lock)


def sweep_homes() -> None:
    """Delete those that nobody uses."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            _sweep(path)
        except OSError as error:  # somebody uses it, or it is somebody else's, or it has just gone
            log.info("browser_home_left", path=str(path), because=type(error).__name__)


def _sweep(path: Path) -> None:
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.time() - os.fstat(lock).st_mtime > YOUNG_SECONDS:
            shutil.rmtree(path)
            log.info("browser_home_swept", path=str(path))
    finally:
        os.close(lock)
