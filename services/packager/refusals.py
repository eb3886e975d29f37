"""A candidate that is not kept, as the packager's parts tell each other."""

from shared.errors import AidError
from shared.refusals import Refusal

CONNECTION_REFUSALS = frozenset({Refusal.UNREACHABLE, Refusal.TIMEOUT, Refusal.NO_TIME_LEFT})
"""Those that say more about the network than about the pictures."""


class RefusedError(AidError):
    """This candidate will not be kept: count it under its reason and take the next."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
