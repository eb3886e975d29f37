"""The filters of a request, on the texts a person sees."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.asking.due import Limits
from services.gateway.asking.forms import Reading, read_form
from shared.filters import Age, Colour, FileFormat, Filters, Kind, Licence, MinimumSize, Orientation
from shared.filterwords import FIELD_NAMES, fields_of
from tests.unit.gateway.site import NOW, ROW


def read(changes: Mapping[str, object]) -> Reading:
    return read_form({**ROW, **changes}.items(), now=NOW, limits=Limits())


def filters_of(changes: Mapping[str, object]) -> Filters:
    reading = read(changes)
    assert not reading.problems
    assert reading.form is not None
    return reading.form.filters


EVERY_FIELD = {
    "minimum-size": "2mp",
    "orientation": "portrait",
    "colour": "black-and-white",
    "type": "line-drawing",
    "format": "png",
    "licence": "commercial",
    "safe-search": "off",
    "site": "example.com",
    "language": "de",
    "country": "AT",
    "published": "month",
}
EVERY_FILTER = Filters(
    minimum_size=MinimumSize.MP2,
    orientation=Orientation.PORTRAIT,
    colour=Colour.GREY,
    kind=Kind.LINE_DRAWING,
    file_format=FileFormat.PNG,
    licence=Licence.COMMERCIAL,
    safe_search=False,
    site="example.com",
    language="de",
    country="AT",
    age=Age.MONTH,
)


def test_every_field_sets_its_filter_and_every_filter_can_be_said_in_fields() -> None:
    assert filters_of(EVERY_FIELD) == EVERY_FILTER
    assert fields_of(EVERY_FILTER) == EVERY_FIELD


@pytest.mark.parametrize("nothing", ["", " ", None])
def test_an_empty_field_is_the_default(nothing: str | None) -> None:
    assert filters_of(dict.fromkeys(FIELD_NAMES, nothing)) == filters_of({}) == Filters()


@pytest.mark.parametrize(
    ("said", "meant"), [("on", True), ("OFF", False), (True, True), (False, False), ("", True), (None, True)]
)
def test_safe_search_is_off_only_where_somebody_says_so(said: object, meant: bool) -> None:
    assert filters_of({"safe-search": said}).safe_search is meant


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("example.com", "example.com"),
        (" Example.COM. ", "example.com"),
        ("https://www.Example.com/path?q=1#top", "www.example.com"),
        ("http://example.com:8080", "example.com"),
        ("www.example.com/cats", "www.example.com"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("https://MÜNCHEN.example/", "xn--mnchen-3ya.example"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("例え.jp", "xn--r8jz45g.jp"),
    ],
)
def test_a_site_is_taken_as_people_copy_it(typed: str, host: str) -> None:
    assert filters_of({"site": typed}).site == host


@pytest.mark.parametrize(
    "typed",
    [
        *("localhost", "*.example.com", "example", "a b.com", "example..com", ".", "http://", "://", "/path"),
        *("ftp://example.com", "javascript:alert(1)", "file:///etc/passwd", "me@example.com", "http://u:p@example.com"),
        *(
            "[::1]",
            "site:example.com",
            "-a.example",
            "a_b.example",
            "x" * 64 + ".example" * 30,
            "\ud800.example",
            "a\x00.b",
        ),
    ],
)
def test_what_is_no_site_is_refused(typed: str) -> None:
    reading = read({"site": typed})

    assert {name: wrong.code for name, wrong in reading.problems.items()} == {"site": "site_invalid"}
    assert reading.form is None
    assert reading.typed["site"] == typed


def test_codes_are_taken_in_any_case() -> None:
    filters = filters_of({"language": " DE", "country": "gb", "colour": "Teal"})

    assert (filters.language, filters.country, filters.colour) == ("de", "GB", Colour.TEAL)


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"language": "xx"}, "language_unknown", "Language is not known; it is a code of two letters such as de"),
        ({"language": "de-DE"}, "language_unknown", "Language is not known; it is a code of two letters such as de"),
        ({"country": "UK"}, "country_unknown", "Country is not known; it is a code of two letters such as DE"),
        ({"country": "Germany"}, "country_unknown", "Country is not known; it is a code of two letters such as DE"),
        ({"licence": "free"}, "choice_unknown", "Licence must be one of: any, share, commercial"),
        ({"format": "avif"}, "choice_unknown", "File format must be one of: any, jpeg, png, gif, webp"),
        ({"safe-search": "maybe"}, "choice_unknown", "Safe search must be one of: on, off"),
        ({"safe-search": 0}, "not_a_text", "This must be a text"),
        ({"type": True}, "not_a_text", "This must be a text"),
        ({"colour": ["teal"]}, "not_a_text", "This must be a text"),
    ],
)
def test_what_else_is_refused(changes: dict[str, object], code: str, message: str) -> None:
    (field,) = changes
    (wrong,) = read(changes).problems.values()

    assert (wrong.field, wrong.code, str(wrong)) == (field, code, message)


def test_every_wrong_filter_is_reported_at_once() -> None:
    reading = read(dict.fromkeys(FIELD_NAMES, "?"))

    assert list(reading.problems) == list(FIELD_NAMES)


@given(st.dictionaries(st.sampled_from(FIELD_NAMES), st.text() | st.booleans() | st.integers() | st.none()))
def test_no_input_does_more_than_be_refused(changes: dict[str, object]) -> None:
    reading = read(changes)

    assert (reading.form is None) == bool(reading.problems)


@given(st.text(alphabet="ab.-_:/@[]%?#ßéＡ。 \u200d0"))
def test_a_site_is_a_host_name_or_refused(typed: str) -> None:
    reading = read({"site": typed})

    if reading.form and (site := reading.form.filters.site):
        assert site == site.lower()
        assert site.isascii()
        assert filters_of({"site": site}).site == site
