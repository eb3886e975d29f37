"""Why a candidate is not in the archive: the codes that are counted, told in the mail, and written into the report."""

from enum import StrEnum

from shared.errors import AidError


class Refusal(StrEnum):
    GONE = "gone"
    REFUSED_BY_HOST = "refused_by_host"
    HOST_FAILED = "host_failed"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    FORBIDDEN_ADDRESS = "forbidden_address"
    NOT_A_PICTURE = "not_a_picture"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    DUPLICATE = "duplicate"
    ARCHIVE_FULL = "archive_full"
    NO_TIME_LEFT = "no_time_left"
    INTERNAL = "internal"


CONNECTION_REFUSALS = frozenset({Refusal.UNREACHABLE, Refusal.TIMEOUT, Refusal.NO_TIME_LEFT})
"""Those that say more about the network than about the pictures."""


class RefusedError(AidError):
    """This candidate will not be kept: count it under its reason and take the next."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
