"""What a failed try means: which refusal it would be, whether another try may do better, and when. Pure."""

import random
from collections.abc import Mapping
from datetime import datetime

from shared.errors import AidError
from shared.refusals import Refusal
from shared.retryafter import retry_after

MAX_TRIES = 3
LONGEST_WAIT = 20.0
A_LITTLE_MORE = 0.5

_GONE = frozenset({404, 410})
_PASSING = frozenset({408, 425, 429})


class TryFailedError(AidError):
    """One try at an address failed.

    `again`: another may do better. `wait`: seconds the host asked for before it. `forbidden`: it answered 403.
    """

    def __init__(
        self, reason: Refusal, *, again: bool = False, wait: float | None = None, forbidden: bool = False
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.again = again
        self.wait = wait
        self.forbidden = forbidden


def failure_of(status: int, headers: Mapping[str, str], *, now: datetime) -> TryFailedError:
    """What an answer without a picture means."""
    if status in _GONE:
        return TryFailedError(Refusal.GONE)
    reason = Refusal.HOST_FAILED if status >= 500 else Refusal.REFUSED_BY_HOST  # noqa: PLR2004 - HTTP's own limit
    again = status in _PASSING or reason is Refusal.HOST_FAILED
    return TryFailedError(reason, again=again, wait=retry_after(headers, now), forbidden=status == 403)  # noqa: PLR2004


def pause_after(failed: TryFailedError, tries: int) -> float | None:
    """Seconds until the next try, after so many; None: there should be none.

    What the host asked, and a little more so that not all come back at once; or full jitter.
    """
    if not failed.again or tries >= MAX_TRIES:
        return None
    if failed.wait is not None:
        return failed.wait + random.uniform(0, A_LITTLE_MORE) if failed.wait <= LONGEST_WAIT else None
    return random.uniform(0, 0.5 * 2**tries)
