"""Why a picture that was found is not in the archive: the codes that are counted, and their words for people."""

from enum import StrEnum


class Refusal(StrEnum):
    GONE = "gone"
    REFUSED_BY_HOST = "refused_by_host"
    HOST_FAILED = "host_failed"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    FORBIDDEN_ADDRESS = "forbidden_address"
    OPTED_OUT = "opted_out"
    NOT_A_PICTURE = "not_a_picture"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    BELOW_MINIMUM_SIZE = "below_minimum_size"
    OTHER_ORIENTATION = "other_orientation"
    OTHER_FORMAT = "other_format"
    NOT_ANIMATED = "not_animated"
    DUPLICATE = "duplicate"
    ARCHIVE_FULL = "archive_full"
    NO_TIME_LEFT = "no_time_left"
    INTERNAL = "internal"


REFUSAL_WORDS: dict[str, str] = {
    Refusal.GONE: "no longer at their address",
    Refusal.REFUSED_BY_HOST: "not handed out by their host",
    Refusal.HOST_FAILED: "their host failed",
    Refusal.UNREACHABLE: "their host could not be reached",
    Refusal.TIMEOUT: "took too long",
    Refusal.TOO_MANY_REDIRECTS: "led round in circles",
    Refusal.FORBIDDEN_ADDRESS: "at an address we do not open",
    Refusal.OPTED_OUT: "not to be collected, says their host",
    Refusal.NOT_A_PICTURE: "not a picture",
    Refusal.TRUNCATED: "broke off in the middle",
    Refusal.TOO_LARGE: "too large a file",
    Refusal.TOO_MANY_PIXELS: "too many pixels",
    Refusal.TOO_SMALL: "too small",
    Refusal.BELOW_MINIMUM_SIZE: "smaller than you asked for",
    Refusal.OTHER_ORIENTATION: "not of the orientation you asked for",
    Refusal.OTHER_FORMAT: "not of the file format you asked for",
    Refusal.NOT_ANIMATED: "not animated",
    Refusal.DUPLICATE: "the same picture again",
    Refusal.ARCHIVE_FULL: "no room left in the ZIP",
    Refusal.NO_TIME_LEFT: "no time left for them",
    Refusal.INTERNAL: "a fault on our side",
}


def refusal_words(code: str) -> str:
    """A code we do not know yet, from a newer packager, is shown as the words it is made of."""
    return REFUSAL_WORDS.get(code) or code.replace("_", " ")
