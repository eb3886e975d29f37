import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.manifest import Entry, manifest_csv, picture_name, site_of, slug

NOW = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)


def an_entry(rank: int = 1, title: str | None = "Red panda") -> Entry:
    return Entry(
        file=f"{rank:04}_red-panda_0123abcd.jpg",
        sha256="0123abcd" * 8,
        bytes=1000,
        width=640,
        height=480,
        mime="image/jpeg",
        engine="google",
        rank=rank,
        query="red panda",
        image_url="https://pictures.example/a.jpg",
        final_url="https://cdn.example/a.jpg",
        source_page_url="https://pages.example/a",
        source_site="pages.example",
        title=title,
        creator=None,
        creator_url=None,
        licence=None,
        licence_url=None,
        attribution_text=None,
        retrieved_at=NOW,
        strategy="inline data",
        thumbnail_only=False,
    )


def rows(*entries: Entry) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(manifest_csv(entries).decode(), newline="")))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("red panda", "red-panda"),
        ("Caf\u00e9 au lait / 2026", "cafe-au-lait-2026"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\con", "c-windows-con"),
        ("..", "picture"),
        ("", "picture"),
        ("\u732b", "picture"),
        ("\u202egpj.exe", "gpj-exe"),
        ("a\x00b\nc", "a-b-c"),
        ("<script>|\"'*?", "script"),
        ("x" * 500, "x" * 60),
        ("a " * 100, "a-" * 29 + "a"),
    ],
)
def test_a_slug_is_short_plain_and_harmless(query: str, name: str) -> None:
    assert slug(query) == name


@given(st.text())
def test_no_query_makes_a_name_that_leaves_the_folder(query: str) -> None:
    name = picture_name(1, slug(query), "0123abcd" * 8, "jpg")

    assert name.isascii()
    assert len(name) <= 80
    assert not set(name) & set('/\\:*?"<>| \x00\n')
    assert ".." not in name
    assert name.startswith("0001_")
    assert name.endswith("_0123abcd.jpg")


def test_a_name_begins_with_the_rank_so_that_the_files_sort_as_they_were_found() -> None:
    assert picture_name(7, "cats", "f" * 64, "png") == "0007_cats_ffffffff.png"
    assert picture_name(8, "cats", "f" * 64, "png", thumbnail=True) == "0008_cats_ffffffff_thumbnail.png"
    assert picture_name(12345, "cats", "f" * 64, "png") == "12345_cats_ffffffff.png"


def test_the_manifest_is_a_table_in_order_of_rank() -> None:
    table = rows(an_entry(3), an_entry(1), an_entry(2))

    assert [row["rank"] for row in table] == ["1", "2", "3"]
    assert table[0] == {
        "file": "0001_red-panda_0123abcd.jpg",
        "sha256": "0123abcd" * 8,
        "bytes": "1000",
        "width": "640",
        "height": "480",
        "mime": "image/jpeg",
        "engine": "google",
        "rank": "1",
        "query": "red panda",
        "image_url": "https://pictures.example/a.jpg",
        "final_url": "https://cdn.example/a.jpg",
        "source_page_url": "https://pages.example/a",
        "source_site": "pages.example",
        "title": "Red panda",
        "creator": "",
        "creator_url": "",
        "licence": "",
        "licence_url": "",
        "attribution_text": "",
        "retrieved_at": "2026-11-20T09:00:00+00:00",
        "strategy": "inline data",
        "thumbnail_only": "no",
    }


@pytest.mark.parametrize("title", ['a "quoted", one', "two\nlines", "caf\u00e9 \u732b <wall>", "x;y\tz"])
def test_a_title_survives_the_table(title: str) -> None:
    assert rows(an_entry(title=title))[0]["title"] == title


@pytest.mark.parametrize("title", ["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_title_never_becomes_a_formula(title: str) -> None:
    assert rows(an_entry(title=title))[0]["title"] == f"'{title}"


@pytest.mark.parametrize(
    ("page", "site"),
    [("https://www.pages.example/a", "www.pages.example"), (None, None), ("", None), ("http://[", None), ("a", None)],
)
def test_the_site_is_the_host_of_the_page(page: str | None, site: str | None) -> None:
    assert site_of(page) == site
