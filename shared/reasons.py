"""Why a job failed, or came to less than was asked, in words for the person who asked."""

from shared.errors import Reason

REASON_WORDS = {
    Reason.NO_RESULTS: "The search found no pictures for this query.",
    Reason.NOTHING_FITS: "The search found pictures, but none that fits what you narrowed it to.",
    Reason.BLOCKED: "The search engines turned us away.",
    Reason.PAGE_CHANGED: "The search engines answered in a way we do not understand yet.",
    Reason.SEARCH_FAILED: "The search engines could not be reached.",
    Reason.NO_PICTURES: "Pictures were found, but none that could be downloaded and was what you asked for.",
    Reason.STORAGE_FULL: "There was no room left to keep the pictures.",
    Reason.OVERLOADED: "There was too much to do, and your turn did not come within a day.",
    Reason.WORKER_LOST: "The work was interrupted too many times.",
    Reason.INTERRUPTED: "The work was interrupted.",
    Reason.INTERNAL: "The fault is on our side.",
}

_SHORTFALL_WORDS = {
    "exhausted": "The search engines have no more pictures for this query.",
    "no_results": "The search engines have no more pictures for this query.",
    "blocked": "A search engine turned us away before it had shown us all.",
    "cooling_down": "A search engine that has lately turned us away was not asked.",
    "page_changed": "We could not read all that a search engine showed.",
    "broken": "The search broke off before it had seen all.",
}


def shortfall_words(stopped_because: str) -> str:
    """Why fewer were found than asked for, as a person is told."""
    return _SHORTFALL_WORDS.get(stopped_because, "The search found no more than these.")


def thumbnail_words(thumbnails: int) -> str:
    """Follows a number of pictures; nothing when all of them are originals."""
    if not thumbnails:
        return ""
    return f"{thumbnails} of them {'a small thumbnail' if thumbnails == 1 else 'small thumbnails'}"
