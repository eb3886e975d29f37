"""What a look at the page of Google Images means."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from services.scraper.engines import Ending, Query
from services.scraper.engines.google_address import search_address
from services.scraper.engines.google_endings import ending, gate
from services.scraper.engines.google_page import Look
from tests.unit.scraper.looks import LOOK

RESULTS = replace(LOOK, scripts=("records",))
NO_RECORDS = LOOK


def test_the_address_asks_for_pictures_in_english_with_safe_search() -> None:
    parts = urlsplit(search_address("https://www.google.com", Query("red & black cats +1")))

    assert (parts.scheme, parts.netloc, parts.path) == ("https", "www.google.com", "/search")
    assert parse_qs(parts.query) == {"q": ["red & black cats +1"], "udm": ["2"], "hl": ["en"], "safe": ["active"]}


@pytest.mark.parametrize(
    "look",
    [
        replace(NO_RECORDS, address="https://sorry.google.com/x"),
        replace(NO_RECORDS, address="https://www.google.com/sorry/index?continue=x"),
        replace(NO_RECORDS, status=429),
        replace(RESULTS, status=429),
        replace(NO_RECORDS, status=403),
        replace(NO_RECORDS, stub='<a href="/sorry/index">why</a>'),
        replace(NO_RECORDS, refused=True),
        replace(RESULTS, asks=True),
    ],
)
def test_a_wall_is_told_from_results(look: Look) -> None:
    assert gate(look) is Ending.BLOCKED
    assert ending(look, known=0, idle=0) is Ending.BLOCKED


def test_a_query_about_the_wall_is_no_wall() -> None:
    assert gate(replace(RESULTS, address="https://www.google.com/search?q=/sorry/index")) is None


@pytest.mark.parametrize(
    "look", [replace(NO_RECORDS, address="chrome-error://chromewebdata/", status=0), replace(NO_RECORDS, status=503)]
)
def test_a_page_that_did_not_come_is_no_changed_page(look: Look) -> None:
    assert gate(look) is Ending.BROKEN


def test_no_results_needs_the_page_to_say_so() -> None:
    assert ending(replace(NO_RECORDS, nothing=True), known=0, idle=0) is Ending.NO_RESULTS
    assert ending(NO_RECORDS, known=0, idle=0) is Ending.PAGE_CHANGED


def test_records_of_which_none_can_be_used_are_a_changed_page() -> None:
    assert ending(RESULTS, known=0, idle=1) is Ending.PAGE_CHANGED


@pytest.mark.parametrize(
    ("look", "idle", "expected"),
    [
        (RESULTS, 0, None),
        (RESULTS, 1, None),
        (RESULTS, 2, Ending.EXHAUSTED),
        (replace(RESULTS, ended=True), 0, Ending.EXHAUSTED),
        (NO_RECORDS, 0, None),
        (NO_RECORDS, 1, Ending.EXHAUSTED),
        (replace(NO_RECORDS, bodies=("tiles",)), 1, None),
    ],
)
def test_it_goes_on_while_new_results_come(look: Look, idle: int, expected: Ending | None) -> None:
    assert ending(look, known=100, idle=idle) is expected
