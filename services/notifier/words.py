"""The codes of the other services in words for the person who asked."""

from shared.errors import Reason

REASONS = {
    Reason.NO_RESULTS: "The search found no pictures for this query.",
    Reason.BLOCKED: "The search engines turned us away.",
    Reason.PAGE_CHANGED: "The search engines answered in a way we do not understand yet.",
    Reason.SEARCH_FAILED: "The search engines could not be reached.",
    Reason.NO_PICTURES: "Pictures were found, but none of them could be downloaded.",
    Reason.STORAGE_FULL: "There was no room left to keep the pictures.",
    Reason.OVERLOADED: "There was too much to do, and your turn did not come within a day.",
    Reason.WORKER_LOST: "The work was interrupted too many times.",
    Reason.INTERRUPTED: "The work was interrupted.",
    Reason.INTERNAL: "The fault is on our side.",
}

_REFUSALS = {
    "gone": "no longer at their address",
    "refused_by_host": "not handed out by their host",
    "host_failed": "their host failed",
    "unreachable": "their host could not be reached",
    "timeout": "took too long",
    "too_many_redirects": "led round in circles",
    "forbidden_address": "at an address we do not open",
    "not_a_picture": "not a picture",
    "truncated": "broke off in the middle",
    "too_large": "too large a file",
    "too_many_pixels": "too many pixels",
    "too_small": "too small",
    "duplicate": "the same picture again",
    "archive_full": "no room left in the ZIP",
    "no_time_left": "no time left for them",
    "internal": "a fault on our side",
}


def refusal(code: str) -> str:
    """A code we do not know yet is shown as the words it is made of."""
    return _REFUSALS.get(code) or code.replace("_", " ")
