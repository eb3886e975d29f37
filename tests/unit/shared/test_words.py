from shared.errors import Reason
from shared.reasons import REASON_WORDS
from shared.refusals import REFUSAL_WORDS, Refusal, refusal_words


def test_every_reason_has_words() -> None:
    assert set(REASON_WORDS) == set(Reason)


def test_every_refusal_has_words() -> None:
    assert set(REFUSAL_WORDS) == set(Refusal)


def test_no_words_are_a_code() -> None:
    assert not [words for words in (*REASON_WORDS.values(), *REFUSAL_WORDS.values()) if "_" in words]


def test_a_refusal_of_a_newer_packager_is_shown_in_the_words_it_is_made_of() -> None:
    assert refusal_words("never_heard_of") == "never heard of"
