import pytest

from shared.pseudonyms import Pseudonyms, one_spelling

OURS = Pseudonyms("a key that is never changed")


@pytest.mark.parametrize(
    ("address", "same_as"),
    [
        ("WSQ.Wee@Example.COM", "wsq.wee@example.com"),
        ("wsq.wee+pandas@example.com", "wsq.wee@example.com"),
        ("wsq.wee+a+b@example.com", "wsq.wee@example.com"),
        ("w.s.q.wee@gmail.com", "wsqwee@gmail.com"),
        ("WSQ.wee+x@GoogleMail.com", "wsqwee@gmail.com"),
        ("straße@example.com", "strasse@example.com"),
    ],
)
def test_spellings_of_one_mailbox_are_one(address: str, same_as: str) -> None:
    assert OURS.of(address) == OURS.of(same_as)
    assert OURS.of_domain(address) == OURS.of_domain(same_as)


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("wsqwee@example.com", "wsq.wee@example.com"),
        ("a@example.com", "a@example.org"),
        ("a@example.com", "b@example.com"),
        ("+a@example.com", "+b@example.com"),
    ],
)
def test_mailboxes_that_may_differ_are_two(one: str, another: str) -> None:
    assert OURS.of(one) != OURS.of(another)


def test_an_address_that_is_all_tag_keeps_its_name() -> None:
    assert one_spelling("+tag@example.com") == "+tag@example.com"


def test_nothing_of_an_address_is_left_and_another_key_makes_another_pseudonym() -> None:
    pseudonym = OURS.of("wsq.wee@example.com")

    assert len(pseudonym) == 64
    assert set(pseudonym) <= set("0123456789abcdef")
    assert Pseudonyms("another key of the same length").of("wsq.wee@example.com") != pseudonym


def test_an_address_is_never_taken_for_a_domain() -> None:
    assert OURS.of("example.com") != OURS.of_domain("a@example.com")
