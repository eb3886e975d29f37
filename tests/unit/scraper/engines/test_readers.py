"""What is read out of an engine's answer, and that rubbish in it costs no more than itself."""

import json
import time
from typing import Any

import pytest

from services.scraper.engines import Ending
from services.scraper.engines.paged import PageChangedError
from tests.unit.scraper.engines.pages import SITES, Result, body, read

EVERY = pytest.mark.parametrize("engine", SITES)


@EVERY
def test_a_result_says_all_that_the_engine_says(engine: str) -> None:
    (hit,) = read(engine, body(engine, Result())).hits

    assert (hit.url, hit.source_page) == ("https://pictures.example/panda.jpg", "https://site.example/pandas")
    assert (hit.title, hit.width, hit.height) == ("A red panda", 800, 600)
    assert hit.thumbnail == "https://thumbnails.example/7"


def test_an_open_picture_has_its_credit() -> None:
    (hit,) = read("openverse", body("openverse", Result())).hits

    assert (hit.licence, hit.licence_url) == ("CC BY-NC 4.0", "https://licences.example/by-nc")
    assert (hit.creator, hit.attribution) == ("Jo", "by Jo")


def test_a_file_of_commons_has_its_credit_without_markup() -> None:
    (hit,) = read("commons", body("commons", Result(creator='<a href="x">Zoë</a>'))).hits

    assert (hit.licence, hit.creator) == ("CC BY 4.0", "Zoë")


@EVERY
@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "data:image/png;base64,AA", "//host/x", "http://", "", None, 7, []],
)
def test_a_result_without_an_address_is_counted_and_passed_over(engine: str, url: Any) -> None:
    page = read(engine, body(engine, Result(), Result(url=url), Result("https://pictures.example/2.jpg")))

    assert [hit.url for hit in page.hits] == ["https://pictures.example/panda.jpg", "https://pictures.example/2.jpg"]
    assert page.unusable == 1


@EVERY
@pytest.mark.parametrize("value", ["\ud83d", None, 7, {}, [], "x" * 100_000])
def test_what_is_wrong_with_the_rest_of_a_result_costs_only_that(engine: str, value: Any) -> None:
    odd = Result(page=value, title=value, width=value, height=-1, thumbnail=value, creator=value)

    (hit,) = read(engine, body(engine, odd)).hits

    assert (hit.source_page, hit.height, hit.thumbnail) == (None, None, None)
    (hit.title or "").encode()
    assert len(hit.title or "") <= 500


@pytest.mark.parametrize("engine", ["duckduckgo", "openverse", "commons"])
@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", "7", '{"results": 7}', '{"query": []}', "[" * 100_000])
def test_an_answer_of_another_shape_is_a_changed_page(engine: str, text: str) -> None:
    with pytest.raises((PageChangedError, ValueError, RecursionError)):
        read(engine, text)


@pytest.mark.parametrize(("engine", "unusable"), [("bing", 2), ("duckduckgo", 4), ("openverse", 4), ("commons", 0)])
def test_rubbish_between_the_results_costs_only_itself(engine: str, unusable: int) -> None:
    """Commons has an object of files by number; what is none of these is not even a file."""
    if engine == "bing":
        text = body(engine, Result()) + '<a class="iusc" m="{&quot;murl"></a><a class="iusc" m="[]">' + "<" * 500
    else:
        text = json.dumps(with_rubbish(engine, json.loads(body(engine, Result()))))

    page = read(engine, text)

    assert (len(page.hits), page.unusable) == (1, unusable)


def with_rubbish(engine: str, said: dict[str, Any]) -> dict[str, Any]:
    results = said["query"]["pages"] if engine == "commons" else said["results"]
    results[:0] = [None, "x", 7, []]
    return said


@EVERY
def test_a_page_of_twenty_thousand_results_is_read_in_seconds(engine: str) -> None:
    many = body(engine, *(Result(f"https://pictures.example/{number}.jpg") for number in range(20_000)))
    began = time.process_time()

    page = read(engine, many)

    assert len(page.hits) == 20_000
    assert time.process_time() - began < 20


def test_a_bing_page_that_was_cut_is_read_as_far_as_it_goes() -> None:
    whole = body("bing", Result(), Result("https://pictures.example/2.jpg"))

    page = read("bing", whole[: whole.rindex("href")])

    assert len(page.hits) == 1


@pytest.mark.parametrize("path", ["/challenge", "/turing/captcha/challenge"])
def test_a_challenge_of_bing_is_a_wall(path: str) -> None:
    assert read("bing", "<p>One last step</p>", address=f"https://www.bing.com{path}").ending is Ending.BLOCKED


def test_somebody_may_search_for_the_words_of_a_wall() -> None:
    titled = Result(title='<form id="captchaform"> anomaly-modal__title')

    assert read("bing", body("bing", titled)).ending is None
    assert read("duckduckgo", body("duckduckgo", titled)).hits
    with pytest.raises(PageChangedError):
        read("bing", "<p>you searched for captchaform</p>")


@pytest.mark.parametrize(("status", "blocked"), [(202, True), (404, False), (302, False)])
def test_duckduckgo_refuses_by_some_statuses_only(status: int, blocked: bool) -> None:
    if blocked:
        assert read("duckduckgo", "", status).ending is Ending.BLOCKED
    else:
        with pytest.raises(PageChangedError):
            read("duckduckgo", "", status)


@pytest.mark.parametrize("mime", ["image/tiff", "image/vnd.djvu", "image/svg+xml", "application/pdf", None])
def test_of_commons_only_what_can_be_kept_is_taken(mime: str | None) -> None:
    text = body("commons", Result()).replace('"image/jpeg"', json.dumps(mime))

    assert (read("commons", text).hits, read("commons", text).unusable) == ((), 1)
