"""Reading the data of a result page, as `search-pages` of 2025 and 2026 carried it, and as somebody hostile might."""

import json
import time
from typing import Any

import pytest

from services.scraper.engines.fields import MAX_TEXT
from services.scraper.engines.google_records import MAX_BROKEN, MAX_RECORDS, read_records
from shared.images import Hit

PICTURE = "https://pictures.example/red cat.jpg".replace(" ", "-")
THUMBNAIL = "https://encrypted-tbn0.gstatic.com/images?q=tbn:abc&s"
PAGE = "https://www.site.example/gallery?a=1&b=2"


def a_record(docid: str = "doc1", url: Any = PICTURE, height: Any = 600, width: Any = 800, **other: Any) -> str:
    details = {
        "2000": [None, "site.example", "143KB"],
        "2001": [None, None, None, 3],
        "2003": [None, "ref", other.get("page", PAGE), other.get("title", "A cat"), None, 0],
    }
    picture = [0, docid, [THUMBNAIL, 180, 240], [url, height, width], None, 0, "rgb(1,2,3)", None, 0, details]
    return json.dumps([1, picture], separators=(",", ":"))


def in_a_script(*records: str) -> str:
    members = ",".join(f'"k{number}":{record}' for number, record in enumerate(records))
    return "(function(){var m={" + members + "};for(var k in m)W_jd[k]=m[k];})();"


def loaded_on_scroll(*records: str) -> str:
    """The same as JSON once more, behind the line that keeps other sites from running it."""
    return ")]}'\n" + json.dumps([["W_jd", in_a_script(*records)], ["tiles", "<div>"]])


def hits(*texts: str) -> list[Hit]:
    return list(read_records(texts).hits.values())


@pytest.mark.parametrize("page", [in_a_script, loaded_on_scroll])
def test_a_record_says_where_the_picture_lies_and_where_it_was_found(page: Any) -> None:
    assert hits(page(a_record())) == [
        Hit(url=PICTURE, source_page=PAGE, title="A cat", width=800, height=600, thumbnail=THUMBNAIL)
    ]


@pytest.mark.parametrize("page", [in_a_script, loaded_on_scroll])
def test_results_keep_the_order_of_the_page(page: Any) -> None:
    urls = [f"https://pictures.example/{number}.jpg" for number in (3, 1, 2)]

    found = hits(page(*(a_record(f"doc{url}", url) for url in urls)))

    assert [hit.url for hit in found] == urls


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"https://a.example/?b\u003dc\u0026d", "https://a.example/?b=c&d"),
        (r"https:\/\/a.example\/b.jpg", "https://a.example/b.jpg"),
        (r"https://a.example/%5B%22%5D.jpg", "https://a.example/%5B%22%5D.jpg"),
    ],
)
def test_escapes_in_an_address_are_undone(written: str, meant: str) -> None:
    script = in_a_script(a_record().replace(PICTURE, written))

    assert [hit.url for hit in hits(script)] == [meant]
    assert [hit.url for hit in hits(")]}'\n" + json.dumps([script]))] == [meant]


@pytest.mark.parametrize("title", ['A "cat" [studio]', "{part 2} ]]", "back\\slash", "caf\u00e9 \u2013 \U0001f431"])
@pytest.mark.parametrize("page", [in_a_script, loaded_on_scroll])
def test_brackets_and_quotes_in_a_title_end_nothing(page: Any, title: str) -> None:
    assert [hit.title for hit in hits(page(a_record(title=title), a_record("doc2")))] == [title, "A cat"]


def test_a_document_named_twice_is_one_result_with_what_either_said() -> None:
    bare = a_record(height=None, title=None)
    full = a_record(url="https://pictures.example/another.jpg")

    assert hits(in_a_script(bare, full), loaded_on_scroll(full)) == [
        Hit(url=PICTURE, source_page=PAGE, title="A cat", width=800, height=600, thumbnail=THUMBNAIL)
    ]


@pytest.mark.parametrize(
    "broken",
    [
        '[0,"bad",["https://t.example",1,2],["https://p.example/a.jpg",1',
        '[0,"bad",["https://t.example",1,2],["https://p.example/\\q.jpg",1,2]]',
        '[0,"bad",["https://t.example",1,2],[undefined,1,2]]',
        '[0,"bad",["http',
        '[0,"bad",["http",' + "[" * 100_000,
        '[0,"bad",["https://t.example",' + "9" * 5_000 + "]",
    ],
)
@pytest.mark.parametrize("page", [in_a_script, loaded_on_scroll])
def test_broken_data_in_the_middle_costs_only_itself(page: Any, broken: str) -> None:
    reading = read_records([page(a_record("doc1"), broken, a_record("doc2"))])

    assert list(reading.hits) == ["doc1", "doc2"]
    assert reading.unusable == 1


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "//pictures.example/a.jpg",
        "https://",
        "https://[::1/a.jpg",
        "https://pictures.example/a b.jpg",
        "https://pictures.example/a\nb.jpg",
        "https://pictures.example/\ud800.jpg",
        "https://pictures.example/" + "a" * 5_000,
        "",
        None,
        7,
        ["https://pictures.example/a.jpg"],
    ],
)
def test_what_is_no_web_address_is_counted_and_left(url: Any) -> None:
    reading = read_records([in_a_script(a_record("doc1", url), a_record("doc2"))])

    assert list(reading.hits) == ["doc2"]
    assert reading.unusable == 1


@pytest.mark.parametrize("record", ['[0,"d",["https://t.example"]]', '[0,"d",["https://t.example"],[]]'])
def test_a_record_of_another_shape_is_counted_and_left(record: str) -> None:
    reading = read_records([record])

    assert (dict(reading.hits), reading.unusable) == ({}, 1)


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("lone \ud83d half", "lone \ufffd half"),
        ("whole \ud83d\udc31", "whole \U0001f431"),
        ("  spaces  ", "spaces"),
        ("", None),
        (12, None),
        ("x" * 10_000, "x" * MAX_TEXT),
    ],
)
def test_a_title_can_always_be_stored(title: Any, kept: str | None) -> None:
    found = [*hits(in_a_script(a_record(title=title))), *hits(loaded_on_scroll(a_record(title=title)))]

    assert [hit.title for hit in found] == [kept, kept]
    assert all((hit.title or "").encode() is not None for hit in found)


@pytest.mark.parametrize("size", [0, -3, 2**40, True, "800", 1.5, None])
def test_a_size_that_is_none_is_left_out(size: Any) -> None:
    (hit,) = hits(in_a_script(a_record(height=size, width=size)))

    assert (hit.width, hit.height) == (None, None)


def test_a_page_without_records_has_no_hits() -> None:
    page = '<script>var x=["/sorry/index","X-Sorry-Redirect"]; [0,"doc",["ftp://a"]]</script>'

    assert read_records([page, "", ")]}'\n[]"]).hits == {}


@pytest.mark.parametrize(
    "text",
    [
        in_a_script(*(a_record(f"doc{number}") for number in range(20_000))),
        '[0,"a",["http' * 500_000,
        '[0,"a",["http",' * 500_000,
        '[0,\\"a\\",[\\"http' * 300_000,
        '[0,"a",["http' + '\\"' * 3_000_000,
        '"' * 3_000_000,
    ],
    ids=["records", "starts", "depth", "encoded", "unterminated", "quotes"],
)
def test_a_page_made_to_hurt_is_over_in_seconds(text: str) -> None:
    began = time.monotonic()

    reading = read_records([text])

    assert time.monotonic() - began < 8
    assert len(reading.hits) <= MAX_RECORDS
    assert reading.unusable <= MAX_BROKEN
