from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.inline import bytes_inline, is_inline, shown
from services.packager.refusals import RefusedError
from shared.images import LONGEST_INLINE
from shared.refusals import Refusal
from tests.unit.packager.samples import a_picture

PICTURE = a_picture(side=40)
TEXT = b64encode(PICTURE).decode()
HEAD = "data:image/jpeg;base64,"


def refusal_of(address: str) -> Refusal:
    with pytest.raises(RefusedError) as refused:
        bytes_inline(address)
    return refused.value.reason


@pytest.mark.parametrize(
    "address",
    [
        HEAD + TEXT,
        HEAD + TEXT.rstrip("="),
        HEAD + quote(TEXT, safe=""),
        HEAD + "\n".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76)),
        "DATA:image/svg+xml;charset=utf-8;BASE64," + TEXT,
    ],
)
def test_the_bytes_of_a_picture_come_out_of_its_address(address: str) -> None:
    assert is_inline(address)
    assert bytes_inline(address) == PICTURE


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/b.jpg",
        "data:text/html;base64,AAAA",
        "data:image/png,%89PNG",
        "data:;base64,AAAA",
        "",
        "data:",
    ],
)
def test_nothing_else_is_taken_for_one(address: str) -> None:
    assert not is_inline(address)


@pytest.mark.parametrize("text", ["A", "AAAAA", "@@@@", "AA=A", "AAAA-_", "ä"])
def test_what_is_no_base64_is_no_picture(text: str) -> None:
    assert refusal_of(HEAD + text) is Refusal.NOT_A_PICTURE


def test_one_that_is_too_long_is_not_even_decoded() -> None:
    longest = HEAD + "A" * ((LONGEST_INLINE - len(HEAD)) // 4 * 4)

    assert bytes_inline(longest).strip(b"\0") == b""
    assert refusal_of(longest + "@" * 4) is Refusal.TOO_LARGE


def test_a_table_shows_what_it_is_and_not_all_of_it() -> None:
    assert shown(HEAD + TEXT) == "data:image/jpeg;base64,…"
    assert shown("https://a.example/b.jpg") == "https://a.example/b.jpg"


@given(st.text())
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        bytes_inline(HEAD + text)
    except RefusedError as refused:
        assert refused.reason is Refusal.NOT_A_PICTURE  # noqa: PT017 - or else it was good
