"""A home directory belongs to one command at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.failures import LocalFailure
from deploy.local.programs import shown
from deploy.local.waiting import wait_until

LOCK = "lock"


@contextmanager
def alone_in(home: Path, *, patience: float = 120.0) -> Iterator[None]:
    """Wait for another command that starts or stops things there, `patience` seconds at most."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("w") as lock:

        def taken() -> bool:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not wait_until(taken, patience=patience):
            raise LocalFailure(
                f"another command has been at work in {shown(home)} for {patience:.0f} s; wait for its end"
            )
        yield
