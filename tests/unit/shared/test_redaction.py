"""Of what is written, nothing that looks like an address is left, and looking takes no time."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.redaction import hide_addresses

_PLAINLY = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+")
"""What is meant; slow in long words."""


@given(st.text(alphabet="ab.@<' ", max_size=40))
def test_what_looks_like_an_address_is_hidden_wherever_it_stands(text: str) -> None:
    assert hide_addresses(text) == _PLAINLY.sub("[address]", text)


def test_an_address_with_a_very_long_name_is_hidden_whole() -> None:
    assert hide_addresses(f"to {'a' * 500}@{'b' * 500}.example now") == "to [address] now"


@pytest.mark.parametrize("word", ["a" * 500_000, "a" * 500_000 + " @", "@" + "a." * 250_000, "a@" * 250_000])
def test_long_text_is_read_in_no_time(word: str) -> None:
    began = time.process_time()
    hide_addresses(f"@ {word}")

    assert time.process_time() - began < 1
