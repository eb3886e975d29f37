"""How the commands end when they cannot go on: one sentence and exit code 1."""

import signal
import sys
from collections.abc import Callable
from types import FrameType


class LocalFailure(Exception):  # noqa: N818 - it is one sentence for a person, not a bug
    """Stop what this call started, show its sentence, exit 1."""


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def told_to_the_person(command: Callable[[], None]) -> int:
    """Run it and return its exit code. SIGTERM and a closed terminal end it as Ctrl-C does: with its cleaning up."""
    for number in ENDINGS:
        signal.signal(number, _interrupt)
    try:
        command()
    except LocalFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not cut short the cleaning up that the first one began.
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
