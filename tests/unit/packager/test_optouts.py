"""What `X-Robots-Tag` says against a collection of pictures, and to whom."""

import pytest

from services.packager.optouts import name_in, speaks_against


@pytest.mark.parametrize(
    "headers",
    [
        ["noai"],
        ["NoImageAI, nofollow"],
        ["nofollow", "noindex"],
        ["none"],
        ["Picker: noimageindex"],
        ["picker:noml"],
        ["*: noai"],
        ["unavailable_after: 25 Jun 2030 15:00:00 PST", "noai"],
    ],
)
def test_it_speaks_against_us(headers: list[str]) -> None:
    assert speaks_against(headers, "Picker")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [""],
        ["all"],
        ["nofollow, nosnippet"],
        ["googlebot: noindex"],
        ["otherbot: noai, noimageai"],
        ["max-image-preview: none-such"],
        ["unavailable_after: 25 Jun 2030"],
        ["xnoai"],
    ],
)
def test_it_does_not(headers: list[str]) -> None:
    assert not speaks_against(headers, "Picker")


@pytest.mark.parametrize(
    "user_agent", ["Picker", "Picker/0.1", "Picker/0.1 (+https://picker.example)", "Picker (a program)"]
)
def test_our_name_is_what_stands_first_in_the_user_agent(user_agent: str) -> None:
    assert name_in(user_agent) == "Picker"
