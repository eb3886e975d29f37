import pytest

from services.gateway.files import is_one_range


@pytest.mark.parametrize("text", ["bytes=0-", "bytes=0-0", "bytes=5-9", "bytes=-5", "bytes=7-7"])
def test_one_range_is_a_beginning_an_end_or_both(text: str) -> None:
    assert is_one_range(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "bytes", "bytes=", "bytes=-", "bytes=9-5", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=\u0663-"),
        *("bytes=--1", "bytes=0-1x", f"bytes={'9' * 5000}-"),
    ],
)
def test_anything_else_is_no_range_to_go_by(text: str) -> None:
    assert not is_one_range(text)
