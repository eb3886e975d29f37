"""When a connection to the relay serves again, and how long a relay that is away is left in peace.

Pure: times are seconds on one clock that never goes back.
"""

from dataclasses import dataclass, replace

MAILS_PER_LINE = 100
"""Relays like to end a connection that never ends."""

_TRUSTED_FOR = 30.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
_FORGOTTEN_AFTER = 30 * 60.0


def is_asked_first(*, clean: bool, idle: float) -> bool:
    """Whether the relay must say that it still expects a mail on this connection.

    After a mail it has not taken, for half of that may lie there still, and after a while of silence.
    """
    return not clean or idle >= _TRUSTED_FOR


@dataclass(frozen=True)
class Absence:
    """A relay that takes no connection: `since` when, `noticed` last when, and nobody tries before `until`."""

    since: float
    noticed: float
    pause: float
    detail: str

    @property
    def until(self) -> float:
        return self.noticed + self.pause


def absence_after(previous: Absence | None, *, began: float, now: float, detail: str) -> Absence:
    """What is known once a connection begun at `began` has not come about.

    The pause doubles, but not for connections that were all tried at once. A relay refuses whom it sees too often.
    """
    if previous is None or began - previous.noticed > _FORGOTTEN_AFTER:
        return Absence(began, now, _FIRST_PAUSE, detail)
    if began < previous.noticed:
        return replace(previous, detail=detail)
    return replace(previous, noticed=now, pause=min(2 * previous.pause, _LONGEST_PAUSE), detail=detail)


def still_served(absence: Absence | None, *, now: float) -> Absence | None:
    """It takes no further connection, but mails over those it has: so it is not away, only left in peace."""
    return absence and replace(absence, since=now)
