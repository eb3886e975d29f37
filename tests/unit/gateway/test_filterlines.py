import pytest

from services.gateway.asking.filterlines import chosen_in, is_narrowed
from shared.enginewords import engine_words, ignored_words
from shared.filterwords import FIELD_NAMES


@pytest.mark.parametrize(
    ("ignored", "words"),
    [
        (("colour",), "could not filter by colour"),
        (("minimum_size", "kind", "age"), "could not filter by minimum size, type, date"),
        (("safe_search",), "has no safe search"),
        (("colour", "safe_search"), "could not filter by colour and has no safe search"),
        (("of_tomorrow",), "could not filter by of tomorrow"),
    ],
)
def test_what_an_engine_could_not_do_is_said_in_words(ignored: tuple[str, ...], words: str) -> None:
    assert ignored_words(ignored) == words


def test_an_engine_is_called_by_its_name() -> None:
    assert engine_words("commons") == "Wikimedia Commons"
    assert engine_words("of-tomorrow") == "of-tomorrow"


def test_a_form_nobody_has_touched_stands_at_the_defaults() -> None:
    untouched = dict.fromkeys(FIELD_NAMES, "")

    assert not is_narrowed(untouched)
    assert not is_narrowed(chosen_in(untouched))
    assert chosen_in(untouched)["safe-search"] == "on"


@pytest.mark.parametrize("typed", [{"safe-search": "off"}, {"colour": "Teal"}, {"site": "?"}, {"type": "of tomorrow"}])
def test_a_form_with_a_filter_shows_it(typed: dict[str, str]) -> None:
    ((name, text),) = typed.items()

    assert is_narrowed(typed)
    assert chosen_in(typed)[name].lower() == text.lower()
