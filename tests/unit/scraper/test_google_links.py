"""Results in the links of the layout without scripts."""

from typing import Any
from urllib.parse import urlencode

import pytest

from services.scraper.engines.google_links import read_links
from shared.images import Hit

PICTURE = "https://pictures.example/a cat.jpg?a=1&b=2".replace(" ", "%20")


def link(**fields: Any) -> str:
    said = {"imgurl": PICTURE, "imgrefurl": "https://www.site.example/?a=1", "docid": "doc1", "tbnid": "abc"}
    given = {name: value for name, value in {**said, "w": 800, "h": 600, **fields}.items() if value is not None}
    return f"https://www.google.com/imgres?{urlencode(given)}"


def test_a_link_says_where_picture_and_page_lie_and_how_large_it_is() -> None:
    assert list(read_links([link()]).hits.values()) == [
        Hit(
            url=PICTURE,
            source_page="https://www.site.example/?a=1",
            width=800,
            height=600,
            thumbnail="https://encrypted-tbn0.gstatic.com/images?q=tbn:abc",
            strategy="imgres",
        )
    ]


def test_a_document_linked_twice_is_one_result() -> None:
    assert len(read_links([link(), link(), link(docid="doc2")]).hits) == 2


def test_links_without_a_document_are_told_apart_by_their_pictures() -> None:
    other = "https://pictures.example/b.jpg"

    assert [hit.url for hit in read_links([link(docid=None), link(docid=None, imgurl=other)]).hits.values()] == [
        PICTURE,
        other,
    ]


@pytest.mark.parametrize(
    "broken",
    [
        link(imgurl="javascript:alert(1)"),
        link(imgurl="file:///etc/passwd"),
        link(imgurl="data:image/png;base64,AAAA"),
        link(imgurl=None),
        "https://[/imgres?imgurl=x",
        "https://www.google.com/imgres?" + "&".join(["imgurl=https://a.example/"] * 1_000),
        "/imgres?",
        "",
    ],
)
def test_a_link_to_no_picture_costs_only_itself(broken: str) -> None:
    reading = read_links([link(docid="doc0"), broken, link(docid="doc2")])

    assert list(reading.hits) == ["doc0", "doc2"]
    assert reading.unusable == 1


@pytest.mark.parametrize("size", ["-1", "0", "9" * 30, "wide", "", "\u0663"])
def test_a_size_that_is_none_is_left_out(size: str) -> None:
    (hit,) = read_links([link(w=size, h=size)]).hits.values()

    assert (hit.width, hit.height) == (None, None)
