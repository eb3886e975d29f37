"""What the API says of itself: it is true, it is complete, and it works when it is copied."""

import json
import re
import shlex
from typing import Any

import jsonschema_rs
import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.api.openapi import describe
from services.gateway.api.operations import OPERATIONS
from services.gateway.asking import fields
from services.gateway.asking.due import Limits
from services.gateway.asking.forms import read_form
from services.gateway.desk import Desk
from services.gateway.web.problems import KNOWN
from services.scheduler.decisions import decide
from services.scheduler.rules import Rules
from shared.events import DeleteRequested
from shared.filterwords import FIELD_NAMES, FILTER_WORDS, fields_of
from shared.jobs import JobState
from tests.unit.gateway.routes import every_route
from tests.unit.gateway.site import NOW, ROW
from tests.unit.scheduler.jobs import running

API = describe("http://pictures.example", most_images=500)
SCHEMAS = API["components"]["schemas"]
NEW_JOB = jsonschema_rs.validator_for(
    {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS["NewJob"]}, validate_formats=False
)

NO_SCHEMA_CAN_SAY = {
    "query_required",  # of spaces only
    "query_too_long",  # once characters are composed
    "query_unreadable",  # of halves of characters
    "email_required",
    "email_invalid",
    "images_too_many",  # in digits
    "date_invalid",  # the thirtieth of February
    "time_invalid",
    "time_skipped",
    "past",
    "date_too_far",
    "zone_unknown",
    "site_invalid",
    "language_unknown",
    "country_unknown",
}


def test_it_tells_every_route_of_the_api_and_no_other() -> None:
    routes = {(route.name, route.method.lower()) for route in every_route() if route.path.startswith("/api/")}
    told = {(each.name, each.method) for each in OPERATIONS}

    assert routes - {("api_page", "get")} == told - {("download", "get")}
    assert {each["operationId"] for methods in API["paths"].values() for each in methods.values()} == {
        name for name, _ in told
    }


def test_every_code_it_names_is_one_that_is_given() -> None:
    assert {code for each in OPERATIONS for code in each.problems} <= KNOWN.keys()


def test_it_names_the_headers_that_spare_an_answer() -> None:
    def headers(path: str) -> set[str]:
        return {each["name"] for each in API["paths"][path]["get"]["parameters"] if each["in"] == "header"}

    assert headers("/api/v1/jobs/{status}") == {"If-None-Match"}
    assert headers("/api/v1/jobs/{status}/events") == {"Last-Event-ID"}


def test_it_promises_no_more_of_delete_than_is_done() -> None:
    told = API["paths"]["/api/v1/jobs/{status}/delete"]["post"]["description"]
    job = running()
    after = decide(job, DeleteRequested(job_id=job.job_id), now=NOW, rules=Rules())

    assert after is not None
    assert after.state is JobState.CANCELLED
    assert "waits or runs is cancelled" in told


def test_every_schema_is_one_and_every_reference_leads_somewhere() -> None:
    for schema in SCHEMAS.values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    assert {name.rpartition("/")[2] for name in re.findall(r'"\$ref": "([^"]+)"', json.dumps(API))} <= SCHEMAS.keys()


def test_it_knows_every_field_and_how_many_pictures_this_server_gives() -> None:
    properties = SCHEMAS["NewJob"]["properties"]

    assert set(properties) == set(fields.NAMES)
    assert describe("http://x", most_images=7)["components"]["schemas"]["NewJob"]["properties"]["images"]["anyOf"][
        0
    ] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 7,
    }


def choices(name: str) -> st.SearchStrategy[object]:
    return st.sampled_from([*FILTER_WORDS[name].choices, "Any", " any ", "", "?", None, True, 1])


ANYTHING = st.none() | st.booleans() | st.integers(-2, 600) | st.text(max_size=5) | st.floats() | st.just(["a"])
SAID: dict[str, st.SearchStrategy[object]] = {
    "search-query": st.text(max_size=220) | st.sampled_from(["e\u0301" * 150, " a ", "a\nb", "\u2028"]),
    "when": st.sampled_from(["now", "at", "NOW", "", None, "later"]),
    "date": st.sampled_from(["2021-09-20", "2021-02-30", "2020-01-01", "9999-01-01", "", None, "soon", "0-0-0"]),
    "time": st.sampled_from(["11:41", "1:45", "24:00", "11:41:00", "", None, "noon"]),
    "email": st.sampled_from(["a@example.com", " a@example.com", "a@b@c", "", "x" * 300 + "@example.com"]),
    "images": st.integers(-2, 600) | st.sampled_from(["1", "0", "007", "501", "-1", "x", "", 1.0, 1.5, 1e300]),
    "time-zone": st.sampled_from(["Europe/Berlin", "Mars/Base", "", None]),
    "site": st.sampled_from(["nasa.gov", "https://nasa.gov/x", "a b", "", None]),
    "language": st.sampled_from(["de", "DE", "xx", "deu", "", None]),
    "country": st.sampled_from(["AT", "at", "UK", "AUT", "", None]),
    **{each.name: choices(name) for name, each in FILTER_WORDS.items() if each.choices},
}
BODIES = st.fixed_dictionaries(
    {"search-query": SAID["search-query"], "email": SAID["email"], "images": SAID["images"]},
    optional={name: said | ANYTHING for name, said in SAID.items() if name not in ("search-query", "email", "images")},
)
ODD_BODIES = st.dictionaries(st.sampled_from([*fields.NAMES, "other"]), ANYTHING | st.sampled_from(list(ROW.values())))


@given(BODIES | ODD_BODIES | st.fixed_dictionaries({name: st.just(text) | SAID[name] for name, text in ROW.items()}))
def test_what_the_schema_allows_is_accepted_and_what_it_forbids_refused(body: dict[str, Any]) -> None:
    """But for what no schema can say, and but for case, spaces around, and characters in parts, which do not matter."""
    reading = read_form(body.items(), now=NOW, limits=Limits())
    refusals = {problem.code for problem in reading.problems.values()}

    if NEW_JOB.is_valid(body):
        assert refusals <= NO_SCHEMA_CAN_SAY
    elif not refusals:
        assert reading.form
        plain = {"search-query": reading.form.query, "images": reading.form.images, "email": reading.form.address}
        named = {
            name: body[name] and body[name].strip() for name in ("when", "date", "time", "time-zone") if name in body
        }
        named = {name: text.lower() if text and name == "when" else text for name, text in named.items()}
        assert NEW_JOB.is_valid({**plain, **named, **fields_of(reading.form.filters)})
        others = {name: value for name, value in body.items() if name not in FIELD_NAMES}
        assert set(others) <= set(fields.NAMES)


async def test_its_page_tells_every_operation_field_and_code(visitor: ClientSession) -> None:
    async with visitor.get("/api") as answer:
        page = await answer.text()

    assert answer.status == 200
    for operation in OPERATIONS:
        assert f'id="{operation.name}"' in page
        assert f'<li><a href="#{operation.name}">' in page
    for code in KNOWN:
        assert f'id="{code}"' in page
    for name in fields.NAMES:
        assert f"<code>{name}</code>" in page
    assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=|{{|{%", page)


async def test_where_a_problem_says_that_it_is_explained_it_is(visitor: ClientSession) -> None:
    async with visitor.post("/api/v1/jobs", json={}) as answer:
        kind = (await answer.json(content_type="application/problem+json"))["type"]

    path, _, code = kind.partition("#")
    async with visitor.get(path) as page:
        assert f'id="{code}"' in await page.text()


async def test_its_root_tells_limits_and_choices_and_leads_on(desk: Desk, visitor: ClientSession) -> None:
    async with visitor.get("/api/v1") as answer:
        root = await answer.json()

    assert root["limits"] == {
        "max_images": 500,
        "horizon_days": 366,
        "link_minutes": 20.0,
        "longest_query": 200,
        "body_bytes": 16_384,
    }
    assert [each["name"] for each in root["filters"]] == list(FIELD_NAMES)
    for link in root["links"].values():
        async with visitor.get(link.removeprefix(desk.public_url)) as answer:
            assert answer.status in (200, 405)


async def test_the_document_is_served_as_it_is(visitor: ClientSession) -> None:
    async with visitor.get("/api/v1/openapi.json") as answer:
        assert await answer.json() == json.loads(json.dumps(API))


@pytest.mark.parametrize("name", ["api_root", "api_openapi", "api_submit", "api_status", "api_again"])
async def test_an_example_is_understood_when_it_is_copied(desk: Desk, visitor: ClientSession, name: str) -> None:
    """As far as a gateway goes that has nothing behind it."""
    samples = [
        each["x-codeSamples"][0]["source"]
        for methods in API["paths"].values()
        for each in methods.values()
        if each["operationId"] == name
    ]
    method, url, headers, body = read_curl(samples[0].replace('"$JOB', f'"{desk.public_url}/api/v1/jobs/made-up'))

    path = url.removeprefix(desk.public_url)
    async with visitor.request(method, path, headers=headers, data=body) as answer:
        assert answer.status == {"api_submit": 503, "api_status": 404, "api_again": 404}.get(name, 200)


def read_curl(line: str) -> tuple[str, str, dict[str, str], str | None]:
    """The few options that the examples use."""
    words = iter(shlex.split(line)[1:])
    method, url, headers, body = "GET", "", {}, None
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            header, _, text = next(words).partition(": ")
            headers[header] = text
        elif word == "--json":
            method, body = "POST", next(words)
            headers["Content-Type"] = "application/json"
        else:
            url = word
    return method, url, headers, body
