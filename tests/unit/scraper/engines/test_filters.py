"""How each engine is told of filters, and which it owns up to ignoring."""

from urllib.parse import parse_qs, urlsplit

import pytest

from services.scraper.engines import Query, google_address
from shared.filters import Age, Colour, FileFormat, Filters, Kind, Licence, MinimumSize, Orientation
from tests.unit.scraper.engines.pages import SITES, ask_of

ALL = Filters(
    minimum_size=MinimumSize.MP4,
    orientation=Orientation.PORTRAIT,
    colour=Colour.RED,
    kind=Kind.PHOTO,
    file_format=FileFormat.PNG,
    licence=Licence.COMMERCIAL,
    site="site.example",
    language="de",
    country="AT",
    age=Age.MONTH,
)


def test_google_is_told_in_its_address() -> None:
    said = parse_qs(urlsplit(google_address.search_address("https://g.example", Query("pandas", ALL))).query)

    assert said["tbs"] == ["isz:lt,islt:4mp,ic:specific,isc:red,itp:photo,ift:png,qdr:m"]
    assert (said["as_sitesearch"], said["lr"], said["gl"], said["cr"]) == (
        ["site.example"],
        ["lang_de"],
        ["at"],
        ["countryAT"],
    )


def test_bing_is_told_in_its_own_words() -> None:
    said = ask_of("bing", "pandas", ALL).parameters

    assert said["qft"] == (
        "+filterui:aspect-tall+filterui:color2-FGcls_RED+filterui:photo-photo"
        "+filterui:license-L2_L3_L4+filterui:age-lt43200"
    )
    assert (said["q"], said["mkt"], said["adlt"]) == ("pandas site:site.example", "de-AT", "strict")


def test_duckduckgo_keeps_a_place_for_each() -> None:
    said = ask_of("duckduckgo", "pandas", ALL).parameters

    assert said["f"] == "time:Month,,color:Red,type:photo,layout:Tall,license:ShareCommercially"
    assert (said["q"], said["l"], said["p"]) == ("pandas site:site.example", "at-de", "1")


def test_openverse_has_a_parameter_for_each() -> None:
    said = ask_of("openverse", "pandas", ALL).parameters

    assert {name: said[name] for name in ("aspect_ratio", "category", "extension", "license_type", "mature")} == {
        "aspect_ratio": "tall",
        "category": "photograph",
        "extension": "png",
        "license_type": "commercial",
        "mature": "false",
    }


def test_commons_is_searched_with_its_keywords() -> None:
    said = ask_of("commons", "pandas", ALL).parameters

    assert said["gsrsearch"] == "filetype:bitmap fileres:>1999 filemime:image/png pandas"


@pytest.mark.parametrize(("safe", "words"), [(True, ("strict", "1", "false")), (False, ("off", "-1", "true"))])
def test_safe_search_is_on_unless_somebody_wants_it_off(safe: bool, words: tuple[str, str, str]) -> None:
    filters = Filters(safe_search=safe)

    assert ask_of("bing", filters=filters).parameters["adlt"] == words[0]
    assert ask_of("duckduckgo", filters=filters).parameters["p"] == words[1]
    assert ask_of("openverse", filters=filters).parameters["mature"] == words[2]


@pytest.mark.parametrize(
    ("engine", "ignored"),
    [
        ("bing", set()),
        ("duckduckgo", set()),
        ("openverse", {"colour", "language", "country", "age"}),
        ("commons", {"safe_search", "colour", "kind", "language", "country", "age"}),
    ],
)
def test_each_engine_says_what_it_ignores(engine: str, ignored: set[str]) -> None:
    assert SITES[engine].ignored(ALL) == ignored


def test_google_does_not_tell_what_is_commercial() -> None:
    assert google_address.ignored(ALL) == {"licence"}
    assert google_address.ignored(Filters(licence=Licence.SHARE)) == set()


@pytest.mark.parametrize("engine", ["bing", "duckduckgo"])
def test_a_market_takes_both_a_language_and_a_country(engine: str) -> None:
    assert SITES[engine].ignored(Filters(language="de")) == {"language"}


@pytest.mark.parametrize("colour", Colour)
@pytest.mark.parametrize("engine", SITES)
def test_no_colour_is_left_out_in_silence(engine: str, colour: Colour) -> None:
    filters = Filters(colour=colour)
    told = ask_of(engine, filters=filters) != ask_of(engine)

    assert told or "colour" in SITES[engine].ignored(filters) or colour is Colour.ANY


def test_without_filters_nothing_is_narrowed() -> None:
    assert "tbs" not in google_address.search_address("https://g.example", Query("pandas"))
    assert "qft" not in ask_of("bing").parameters
    assert ask_of("duckduckgo").parameters["f"] == ",,,,,"
