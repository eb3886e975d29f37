"""Later batches that are no records: HTML with data in attributes, and JSON that names authors."""

import json
import time
from html import escape
from typing import Any

import pytest

from services.scraper.engines.google_bodies import read_bodies
from services.scraper.engines.google_records import MAX_RECORDS
from shared.images import Hit

PICTURE = "https://pictures.example/cat.jpg?a=1&b=2"
THUMBNAIL = "https://encrypted-tbn0.gstatic.com/images?q=tbn:abc"
PAGE = "https://www.site.example/cats"


def tile(docid: str = "doc1", **fields: Any) -> str:
    said = {"docid": docid, "ou": PICTURE, "ow": 800, "oh": 600, "pt": 'A "cat" & <more>', "ru": PAGE, "pu": THUMBNAIL}
    attributes = " ".join(f'data-{name}="{escape(str(value))}"' for name, value in {**said, **fields}.items())
    return f'<div class="islrtb isv-r" {attributes}><img alt="x"></div>'


def item(docid: str | None = "doc1", **fields: Any) -> dict[str, Any]:
    return {
        "image_docid": docid,
        "result": {
            "referrer_url": PAGE,
            "page_title": "A cat",
            "iptc": {"creator": ["Ann", "Bob"], "copyright_notice": "© Ann"},
        },
        "original_image": {"url": PICTURE, "width": 800, "height": 600},
        "thumbnail": {"url": THUMBNAIL},
        **fields,
    }


def as_json(*items: Any) -> str:
    return ")]}'\n" + json.dumps({"ischj": {"metadata": items}})


def hits(body: str) -> list[Hit]:
    return list(read_bodies([body]).hits.values())


def test_a_tile_says_all_in_its_attributes() -> None:
    assert hits(f"<div>{tile()}</div>") == [
        Hit(
            url=PICTURE,
            source_page=PAGE,
            title='A "cat" & <more>',
            width=800,
            height=600,
            thumbnail=THUMBNAIL,
            strategy="xhr",
        )
    ]


def test_json_also_names_author_and_credit() -> None:
    assert hits(as_json(item())) == [
        Hit(
            url=PICTURE,
            source_page=PAGE,
            title="A cat",
            width=800,
            height=600,
            thumbnail=THUMBNAIL,
            creator="Ann, Bob",
            attribution="© Ann",
            strategy="xhr",
        )
    ]


def test_json_of_the_other_form_is_read_alike() -> None:
    viewer = {"original_image": {"url": PICTURE, "width": 800, "height": 600}}
    body = json.dumps({"ichunklite": {"results": [{"image_docid": "doc1", "viewer_metadata": viewer}]}})

    assert [(hit.url, hit.width, hit.height) for hit in hits(body)] == [(PICTURE, 800, 600)]


@pytest.mark.parametrize(
    "bad",
    [tile("bad", ou="javascript:x"), tile("bad", ou="data:image/png;base64,A"), " data-ou='x'>", "<div data-ou=>"],
)
def test_a_tile_without_a_picture_costs_only_itself(bad: str) -> None:
    reading = read_bodies([f"{tile()}{bad}{tile('doc2')}"])

    assert (list(reading.hits), reading.unusable) == (["doc1", "doc2"], 1)


@pytest.mark.parametrize(
    "bad",
    [
        item("bad", original_image={"url": "file:///etc/passwd"}),
        item("bad", original_image=[]),
        item("bad", original_image={}),
        {"result": None},
        None,
        7,
        [],
    ],
)
def test_an_item_without_a_picture_costs_only_itself(bad: Any) -> None:
    reading = read_bodies([as_json(item(), bad, item("doc2"))])

    assert (list(reading.hits), reading.unusable) == (["doc1", "doc2"], 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"result": None, "thumbnail": None},
        {"result": {"iptc": {"creator": "Ann"}}, "thumbnail": {"url": 7}},
        {"result": {"iptc": {"creator": [None, 7]}, "page_title": ["x"], "referrer_url": {}}},
        {"image_docid": 7},
    ],
)
def test_what_else_an_item_says_may_be_anything(fields: dict[str, Any]) -> None:
    (hit,) = hits(as_json(item(**fields)))

    assert hit.url == PICTURE
    assert hit.creator is None or isinstance(hit.creator, str)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        '{"original_image"',
        '{"ischj": {"metadata": {"original_image": 1}}}',
        '{"ischj": ' + "[" * 200_000 + '"original_image"',
        '["original_image"]',
        '<div data-ou="https://a.example/x.jpg',
        ")]}'\n" + json.dumps([["tiles", '<div data-lpage="x">']]),
    ],
)
def test_a_body_of_no_known_form_has_no_results(body: str) -> None:
    assert read_bodies([body]).hits == {}


@pytest.mark.parametrize(
    "body",
    [
        "".join(tile(f"doc{number}") for number in range(20_000)),
        "<div data-ou=x" * 300_000,
        "<" * 2_000_000 + " data-ou=",
        "<!--" * 500_000 + " data-ou=",
        "< data-ou=>" * 200_000,
        as_json(*(item(f"doc{number}") for number in range(20_000))),
    ],
    ids=["tiles", "unclosed", "angles", "comments", "empty", "items"],
)
def test_a_body_made_to_hurt_is_over_in_seconds(body: str) -> None:
    began = time.monotonic()

    reading = read_bodies([body])

    assert time.monotonic() - began < 8
    assert len(reading.hits) <= MAX_RECORDS
