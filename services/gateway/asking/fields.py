"""What each field of a request may hold, and what a person is told when it holds something else. Pure."""

import re
import unicodedata
from datetime import date, time
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from shared.filterwords import FIELD_NAMES
from shared.zones import is_zone

QUERY, DATE, TIME, EMAIL, IMAGES = "search-query", "date", "time", "email", "images"
WHEN, ZONE = "when", "time-zone"
NAMES = (QUERY, WHEN, DATE, TIME, EMAIL, IMAGES, ZONE, *FIELD_NAMES)

NOW, AT = "now", "at"
"""What `when` may say: at once, or at the date and time that are named."""

LONGEST_QUERY = 200
LONGEST_LOCAL_PART = 64

TEXTS = {
    "query_required": "Search query is required",
    "query_too_long": "Search query can not be longer than {longest} characters",
    "query_unreadable": "Search query contains characters that can not be searched for",
    "when_unknown": "When must be one of: now, at",
    "date_required": "Date is required",
    "date_invalid": "Date must be written as YYYY-MM-DD",
    "date_too_far": "Date can not be more than {days} days ahead",
    "time_required": "Time is required",
    "time_invalid": "Time must be written as HH:MM",
    "time_skipped": "The clocks skip this time on that day; the next possible time is {next}",
    "past": "Date and time are in the past",
    "email_required": "Email is required",
    "email_invalid": "Email is invalid",
    "images_required": "No of images is required",
    "images_invalid": "No of images must be a number",
    "images_not_positive": "No of images should be greater than 0",
    "images_too_many": "No of images can not be greater than {most}",
    "zone_unknown": "Time zone is not known; it is a name such as Europe/Berlin",
    "choice_unknown": "{label} must be one of: {choices}",
    "site_invalid": "Site must be a host name such as example.com",
    "language_unknown": "Language is not known; it is a code of two letters such as de",
    "country_unknown": "Country is not known; it is a code of two letters such as DE",
    "not_a_text": "This must be a text",
    "unknown_field": "There is no field of this name",
    "duplicate_field": "This field is given more than once",
}
"""By code; the front end shows the same ones."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_UNREADABLE = ("Cc", "Cs", "Zl", "Zp")  # control characters, lone surrogates, line and paragraph separators
_DIGITS_THAT_MATTER = 9


class FieldError(ValueError):
    """One field is wrong. `code` and `context` stay the same in every language."""

    def __init__(self, field: str, code: str, **context: str | int) -> None:
        self.field = field
        self.code = code
        self.context = context
        super().__init__(TEXTS[code].format(**context))


def search_query(text: str) -> str:
    query = unicodedata.normalize("NFC", text).strip(" ")
    if not query or query.isspace():
        raise FieldError(QUERY, "query_required")
    if not _readable(query):
        raise FieldError(QUERY, "query_unreadable")
    if len(query) > LONGEST_QUERY:
        raise FieldError(QUERY, "query_too_long", longest=LONGEST_QUERY)
    return query


def now_or_at(text: str) -> str:
    """Empty when nothing is said."""
    choice = text.strip().lower()
    if choice not in ("", NOW, AT):
        raise FieldError(WHEN, "when_unknown")
    return choice


def calendar_day(text: str) -> date:
    text = text.strip()
    if not text:
        raise FieldError(DATE, "date_required")
    if not _DAY.fullmatch(text):
        raise FieldError(DATE, "date_invalid")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldError(DATE, "date_invalid") from None


def clock_time(text: str) -> time:
    """`H:MM` too: the original accepted it."""
    text = text.strip()
    if not text:
        raise FieldError(TIME, "time_required")
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise FieldError(TIME, "time_invalid")
    try:
        return time(int(match[1]), int(match[2]))
    except ValueError:
        raise FieldError(TIME, "time_invalid") from None


def address(text: str) -> str:
    """Exactly one address, in the form mail servers understand."""
    text = text.strip()
    if not text:
        raise FieldError(EMAIL, "email_required")
    if not _readable(text):
        raise FieldError(EMAIL, "email_invalid")
    try:
        valid = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise FieldError(EMAIL, "email_invalid") from None
    if len(valid.local_part) > LONGEST_LOCAL_PART:
        raise FieldError(EMAIL, "email_invalid")
    return valid.ascii_email or valid.normalized


def image_count(text: str, *, most: int) -> int:
    """ASCII digits only: `int` would take any script's."""
    text = text.strip()
    if not text:
        raise FieldError(IMAGES, "images_required")
    if not _WHOLE_NUMBER.fullmatch(text):
        raise FieldError(IMAGES, "images_invalid")
    digits = text.lstrip("-0") or "0"
    if text.startswith("-") or digits == "0":
        raise FieldError(IMAGES, "images_not_positive")
    if len(digits) > _DIGITS_THAT_MATTER or int(digits) > most:
        raise FieldError(IMAGES, "images_too_many", most=most)
    return int(digits)


def zone(text: str, *, otherwise: str, forgive: bool) -> ZoneInfo:
    """`otherwise` when none is said. `forgive`: also when it is unknown, since a browser said it and no person."""
    if is_zone(text):
        return ZoneInfo(text)
    if text and not forgive:
        raise FieldError(ZONE, "zone_unknown")
    return ZoneInfo(otherwise)


def zone_shown(typed: str, *, otherwise: str) -> str:
    """Where a form's list of zones stands."""
    return typed if is_zone(typed) else otherwise


def _readable(text: str) -> bool:
    return not any(unicodedata.category(character) in _UNREADABLE for character in text)
