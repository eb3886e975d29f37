from enum import StrEnum

import pytest

from shared.filters import FILTERS, Age, Colour, FileFormat, Filters, Kind, Licence, MinimumSize, Orientation
from shared.filterwords import FIELD_NAMES, FILTER_WORDS, default_of, fields_of, in_words, names_of, nouns_of


def test_every_filter_has_words_in_the_order_of_the_form() -> None:
    assert tuple(FILTER_WORDS) == FILTERS
    assert list(FIELD_NAMES) == [
        *("minimum-size", "orientation", "colour", "type", "format", "licence"),
        *("safe-search", "site", "language", "country", "published"),
    ]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("minimum_size", MinimumSize),
        ("orientation", Orientation),
        ("colour", Colour),
        ("kind", Kind),
        ("file_format", FileFormat),
        ("licence", Licence),
        ("age", Age),
    ],
)
def test_every_value_has_words_of_its_own(name: str, values: type[StrEnum]) -> None:
    choices = FILTER_WORDS[name].choices

    assert list(choices) == list(values)
    assert len(set(choices.values())) == len(choices)


def test_nothing_chosen_is_nothing_to_say() -> None:
    assert fields_of(Filters()) == {}
    assert in_words(Filters()) == ()


def test_what_is_chosen_is_said_in_fields_and_in_words() -> None:
    filters = Filters(
        minimum_size=MinimumSize.XGA, colour=Colour.TEAL, safe_search=False, site="example.com", age=Age.WEEK
    )

    assert fields_of(filters) == {
        "minimum-size": "1024x768",
        "colour": "teal",
        "safe-search": "off",
        "site": "example.com",
        "published": "week",
    }
    assert in_words(filters) == (
        "Minimum size: 1024 \N{MULTIPLICATION SIGN} 768",
        "Colour: Teal",
        "Safe search: Off",
        "Site: example.com",
        "Published within: The last week",
    )


def test_the_defaults_are_any_save_for_safe_search() -> None:
    assert {name: default_of(name) for name in FILTERS if default_of(name) != "any"} == {
        "safe_search": "on",
        "site": "",
        "language": "",
        "country": "",
    }


def test_a_filter_of_a_newer_scraper_is_called_what_it_says() -> None:
    assert names_of(["kind", "new_one"]) == ["type", "new_one"]
    assert nouns_of(["age", "new_one"]) == ["date", "new one"]
