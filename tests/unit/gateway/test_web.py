"""The gateway over HTTP with its servers away: what is refused is refused before any of them is needed."""

import asyncio
import json
import re
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientResponse, ClientSession
from structlog.testing import capture_logs

from services.gateway.desk import Desk
from services.gateway.web.headers import SECURITY
from shared.filters import Colour, Filters
from shared.filterwords import FILTER_WORDS
from shared.links import Wish
from tests.unit.gateway.site import ROW, WRONG_ROWS, a_desk, visiting

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def nonce_in(page: str) -> str:
    match = re.search(r'name="nonce" value="([^"]+)"', page)
    assert match
    return match[1]


async def errors_of(answer: ClientResponse) -> dict[str, str]:
    document = await answer.json(content_type="application/problem+json")
    return {error["field"]: error["message"] for error in document["errors"]}


async def test_the_form_has_the_names_and_labels_people_know(visitor: ClientSession) -> None:
    async with visitor.get("/") as answer:
        page = await answer.text()

    assert answer.status == 200
    for name, label in {
        "search-query": "Search Query",
        "date": "Date",
        "time": "Time",
        "email": "Email",
        "images": "Number of Images",
    }.items():
        assert f'<label class="form-label" for="{name}">{label}</label>' in page
        assert f'name="{name}"' in page
    assert "Enter the Search Query" in page
    assert "Enter your Email" in page


@pytest.mark.parametrize(("changes", "messages"), WRONG_ROWS)
async def test_the_originals_cases_are_refused_as_a_form(
    visitor: ClientSession, changes: dict[str, str], messages: dict[str, str]
) -> None:
    async with visitor.post("/jobs", data={**ROW, **changes}) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert "Sorry, something went wrong!!" in page
    assert "Would you like to retry again?" in page
    assert "Return back to home" not in page  # with it all that was typed would be gone
    for name, message in messages.items():
        assert f'<a href="#{name}">{message}</a>' in page
        assert f'id="{name}-error">{message}</p>' in page
    assert page.count('aria-invalid="true"') == len(messages)
    assert "<title>Error:" in page


@pytest.mark.parametrize(("changes", "messages"), WRONG_ROWS)
async def test_the_originals_cases_are_refused_as_json(
    visitor: ClientSession, changes: dict[str, str], messages: dict[str, str]
) -> None:
    async with visitor.post("/api/v1/jobs", json={**ROW, **changes}) as answer:
        assert answer.status == 422
        assert await errors_of(answer) == messages


async def test_what_was_typed_is_kept_and_escaped(visitor: ClientSession) -> None:
    async with visitor.post("/jobs", data={**ROW, "search-query": '"><script>', "images": "0"}) as answer:
        page = await answer.text()

    assert 'value="&#34;&gt;&lt;script&gt;"' in page
    assert 'value="wsq.wee@example.com"' in page
    assert 'value="11:41"' in page


async def test_with_its_servers_away_the_form_comes_back_filled_in_with_its_nonce(visitor: ClientSession) -> None:
    async with visitor.get("/") as answer:
        nonce = nonce_in(await answer.text())

    async with visitor.post("/jobs", data={**ROW, "nonce": nonce}) as answer:
        page = await answer.text()

    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert "We can not do this at the moment" in page
    assert 'value="wsq.wee@example.com"' in page
    assert nonce_in(page) == nonce


async def test_with_its_servers_away_a_program_is_told_when_to_come_back(visitor: ClientSession) -> None:
    async with visitor.post("/api/v1/jobs", json=ROW) as answer:
        document = await answer.json(content_type="application/problem+json")

    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert document["code"] == "unavailable"
    assert document["request_id"] == answer.headers["X-Request-Id"]


async def test_a_form_open_for_too_long_comes_back_with_a_new_nonce(tmp_path: Path) -> None:
    async with visiting(a_desk(tmp_path)) as visitor, visitor.post("/jobs", data={**ROW, "nonce": "made up"}) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert "This form was open for too long" in page
    assert 'value="Best hd wallpaper"' in page
    assert nonce_in(page) != "made up"


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/jobs", b"search-query=a", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ("/jobs", b"{}", JSON, 415),
        ("/jobs", b"search-query=a", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-16"}, 415),
        ("/jobs", b"search-query=\xff", FORM, 400),
        ("/jobs", b"search-query=%ff", FORM, 400),
        ("/jobs", b"&".join(b"a=1" for _ in range(30)), FORM, 400),
        ("/jobs", b"search-query=" + b"a" * 20_000, FORM, 413),
        ("/jobs", b"other=1", FORM, 422),
        ("/jobs", b"email=a&email=b", FORM, 422),
        ("/jobs", b"nonce=a&nonce=b", FORM, 422),
        ("/api/v1/jobs", b"search-query=a", FORM, 415),
        ("/api/v1/jobs", b"", JSON, 400),
        ("/api/v1/jobs", b"{", JSON, 400),
        ("/api/v1/jobs", b"[]", JSON, 400),
        ("/api/v1/jobs", b'[["images", 1]]', JSON, 400),
        ("/api/v1/jobs", b"null", JSON, 400),
        ("/api/v1/jobs", b"[" * 10_000, JSON, 400),
        ("/api/v1/jobs", b'{"images": ' + b"9" * 6_000 + b"}", JSON, 400),
        ("/api/v1/jobs", b'{"images": "\xff"}', JSON, 400),
        ("/api/v1/jobs", b'{"email": "a", "email": "b"}', JSON, 422),
        ("/api/v1/jobs", b'{"other": 1}', JSON, 422),
        ("/api/v1/jobs", b'{"nonce": "a"}', JSON, 422),
        ("/api/v1/jobs", b'{"images": NaN}', JSON, 422),
        ("/api/v1/jobs", b'{"search-query": "\\ud800", "\\ud800": 1}', JSON, 422),
        ("/api/v1/jobs", b'{"search-query": {"a": 1}}', JSON, 422),
        ("/api/v1/jobs", b"{" + b" " * 20_000 + b"}", JSON, 413),
        ("/api/v1/jobs", b"{}", {**JSON, "Idempotency-Key": ""}, 400),
        ("/api/v1/jobs", b"{}", {**JSON, "Idempotency-Key": "x" * 15}, 400),
        ("/api/v1/jobs", b"{}", {**JSON, "Idempotency-Key": "x" * 16}, 422),
        ("/api/v1/jobs", b"{}", {**JSON, "Idempotency-Key": "x" * 201}, 400),
        ("/api/v1/jobs", b"not deflated", {**JSON, "Content-Encoding": "deflate"}, 415),
    ],
)
async def test_malformed_requests_are_refused(
    visitor: ClientSession, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    async with visitor.post(path, data=body, headers=headers) as answer:
        text = await answer.text()

    assert answer.status == status
    if path.startswith("/api/"):
        assert answer.content_type == "application/problem+json"
        assert json.loads(text)["status"] == status
    else:
        assert "Sorry, something went wrong!!" in text
    if status == 415:
        kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
        assert answer.headers["Accept-Post"] == kind
        assert f"It has to be {kind}, in UTF-8 and not packed." in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/static/", 403),
        ("GET", "/static/../app.py", 404),
        ("GET", "/jobs", 405),
        ("DELETE", "/", 405),
        ("GET", "/jobs/made-up", 404),
        ("GET", "/jobs/%ff%00", 404),
        ("GET", "/download/made-up", 404),
        ("HEAD", "/download/made-up", 404),
        ("GET", "/retry/made-up", 404),
        ("GET", "/api/v1/jobs/made-up", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/jobs", 405),
    ],
)
async def test_wrong_addresses_are_answered_in_the_askers_language(
    visitor: ClientSession, method: str, path: str, status: int
) -> None:
    async with visitor.request(method, path) as answer:
        text = await answer.text()

    assert answer.status == status
    assert answer.content_type == ("application/problem+json" if path.startswith("/api/") else "text/html")
    if status == 405:
        assert answer.headers["Allow"]
    if method == "GET" and "made-up" in path:
        assert "invalid link" in text


async def test_a_link_is_good_for_its_own_purpose_only(desk: Desk, visitor: ClientSession) -> None:
    token = desk.links.download(uuid4()).rpartition("/")[2]

    async with visitor.get(f"/jobs/{token}") as answer:
        assert answer.status == 404


async def test_a_retry_link_opens_the_form_filled_in(desk: Desk, visitor: ClientSession) -> None:
    link = desk.links.retry(Wish("red <foxes>", 42)).rpartition("/")[2]

    async with visitor.get(f"/retry/{link}") as answer:
        page = await answer.text()

    assert answer.status == 200
    assert 'value="red &lt;foxes&gt;"' in page
    assert 'value="42"' in page
    assert "There is a problem" in page  # in the hidden summary, for the script
    assert "aria-invalid" not in page


async def test_every_filter_is_a_labelled_control_and_folded_away(visitor: ClientSession) -> None:
    async with visitor.get("/") as answer:
        page = await answer.text()

    assert '<details class="narrowing">' in page
    for wording in FILTER_WORDS.values():
        assert f'<label class="form-label" for="{wording.name}">{wording.label}</label>' in page
        assert len(re.findall(rf'<(?:select|input) [^>]*name="{wording.name}"', page)) == 1
    filters = page.partition("<details")[2]
    assert re.findall(r'<option value="(.*?)" selected>', filters) == ["any"] * 6 + ["on", "any"]


async def test_a_wrong_filter_is_told_beside_it_and_above_and_is_kept_and_in_sight(visitor: ClientSession) -> None:
    wrong = {"site": "my site", "colour": "<mauve>", "licence": "share"}

    async with visitor.post("/jobs", data={**ROW, **wrong}) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert '<details class="narrowing" open>' in page
    assert '<a href="#site">Site must be a host name such as example.com</a>' in page
    assert 'id="site-error">Site must be a host name such as example.com</p>' in page
    assert 'value="my site"' in page
    assert "<option selected>&lt;mauve&gt;</option>" in page
    assert '<option value="share" selected>' in page
    assert page.count('aria-invalid="true"') == 2


async def test_a_program_is_told_of_a_wrong_filter_in_a_code(visitor: ClientSession) -> None:
    async with visitor.post("/api/v1/jobs", json={**ROW, "country": "Atlantis", "licence": "mine"}) as answer:
        document = await answer.json(content_type="application/problem+json")

    assert [(error["field"], error["code"]) for error in document["errors"]] == [
        ("licence", "choice_unknown"),
        ("country", "country_unknown"),
    ]
    assert document["errors"][0]["context"] == {"label": "Licence", "choices": "any, share, commercial"}


async def test_a_retry_link_opens_the_form_with_its_filters(desk: Desk, visitor: ClientSession) -> None:
    filters = Filters(colour=Colour.TEAL, safe_search=False, site="example.com")
    link = desk.links.retry(Wish("red foxes", 42, filters)).rpartition("/")[2]

    async with visitor.get(f"/retry/{link}") as answer:
        page = await answer.text()

    assert '<details class="narrowing" open>' in page
    for shown in ('<option value="teal" selected>', '<option value="off" selected>', 'value="example.com"'):
        assert shown in page


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://pictures.example"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Origin": "http://pictures.example"}, True),
        ({"Origin": "https://pictures.example"}, False),
        ({"Origin": "http://elsewhere.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
async def test_forms_are_taken_from_our_own_pages_only(
    visitor: ClientSession, headers: dict[str, str], allowed: bool
) -> None:
    async with visitor.post("/jobs", data=ROW, headers=headers) as answer:
        assert answer.status == (503 if allowed else 403)

    async with visitor.post("/api/v1/jobs", json=ROW, headers=headers) as answer:
        assert answer.status == 503


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/jobs", "/static/site.css", "/static/bootstrap/bootstrap.min.css", "/api/v1/nothing"]
)
async def test_every_answer_carries_the_security_headers(visitor: ClientSession, path: str) -> None:
    async with visitor.get(path) as answer:
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
        assert answer.headers["Cache-Control"] == ("no-cache" if "static" in path else "no-store")
        assert answer.headers.getall("Content-Security-Policy") == [SECURITY["Content-Security-Policy"]]


async def test_over_https_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, public_url="https://pictures.example")

    async with visiting(desk) as visitor, visitor.get("/") as answer:
        assert "max-age" in answer.headers["Strict-Transport-Security"]


async def test_no_page_carries_a_script_or_style_of_its_own(visitor: ClientSession) -> None:
    async with visitor.get("/") as answer:
        page = await answer.text()

    assert not re.search(r"<style|style=|<script(?!( type=\"module\")? src=)|\son\w+=", page)


@pytest.mark.parametrize("line", [b"Bad Header: someone@example.com", b"X: \x00", b"Content-Length: -1"])
async def test_http_that_can_not_be_read_is_answered_without_an_echo(visitor: ClientSession, line: bytes) -> None:
    port = visitor._base_url.port if visitor._base_url else None
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    with capture_logs() as logs:
        writer.write(b"POST /jobs HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n\r\n")
        answer = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()

    assert answer.startswith(("HTTP/1.0 400", "HTTP/1.1 400"))
    assert "Content-Security-Policy" in answer
    assert "someone" not in answer
    assert [entry["route"] for entry in logs if entry["event"] == "request"] == ["unreadable"]
    assert "someone" not in str(logs)


async def test_a_body_that_breaks_off_is_nobodys_error(visitor: ClientSession) -> None:
    port = visitor._base_url.port if visitor._base_url else None
    with capture_logs() as logs:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = "POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        writer.write(f"{head}Content-Length: 500\r\n\r\nsearch".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        async with visitor.get("/"):
            pass

    assert not [entry for entry in logs if entry["log_level"] == "error"]


async def test_a_fault_of_ours_is_a_page_without_its_text(tmp_path: Path) -> None:
    def broken() -> datetime:
        raise RuntimeError("the secret of the clock")

    with capture_logs() as logs:
        async with visiting(a_desk(tmp_path, now=broken)) as visitor, visitor.get("/") as answer:
            page = await answer.text()

    assert answer.status == 500
    assert "Sorry, something went wrong!!" in page
    assert answer.headers["X-Request-Id"] in page
    assert "secret" not in page
    assert "request_failed" in [entry["event"] for entry in logs]


async def test_a_line_per_request_names_the_route_and_no_token_or_address(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    token = desk.links.status_token(uuid4())
    with capture_logs() as logs:
        async with visiting(desk) as visitor:
            for method, path in (("GET", f"/jobs/{token}"), ("POST", "/jobs"), ("GET", "/someone@example.com")):
                async with visitor.request(method, path, data=ROW if method == "POST" else None) as answer:
                    await answer.read()

    lines = [entry for entry in logs if entry["event"] == "request"]
    assert [(line["route"], line["status"]) for line in lines] == [("status", 503), ("submit", 503), ("unknown", 404)]
    assert token not in str(logs)
    assert "example.com" not in str(logs)


async def test_what_every_visit_fetches_has_a_line_only_when_it_fails(tmp_path: Path) -> None:
    with capture_logs() as logs:
        async with visiting(a_desk(tmp_path)) as visitor:
            for path in ("/", "/static/site.css", "/static/nothing.css"):
                async with visitor.get(path) as answer:
                    await answer.read()

    assert [(line["route"], line["status"]) for line in logs if line["event"] == "request"] == [("static", 404)]
