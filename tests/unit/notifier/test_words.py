from services.notifier.words import REASONS, refusal
from shared.errors import Reason


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(Reason)


def test_no_words_are_a_code() -> None:
    assert not any("_" in words for words in (*REASONS.values(), refusal("never_heard_of")))
