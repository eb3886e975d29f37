"""When a job starts, as the form asks for it and gives it back."""

import re
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.unit.gateway.site import ROW, a_desk, visiting


def choice_in(page: str) -> list[str]:
    return re.findall(r'name="when" value="(\w+)"[^>]* checked>', page)


def zone_in(page: str) -> str:
    select = page.partition('id="time-zone" name="time-zone"')[2].partition("</select>")[0]
    (zone,) = re.findall(r'<option value="([^"]*)" selected>', select)
    return str(zone)


async def test_the_form_starts_with_now_and_suggests_a_time_ahead_in_the_sites_zone(tmp_path: Path) -> None:
    async with visiting(a_desk(tmp_path, time_zone="Asia/Kolkata")) as visitor, visitor.get("/") as answer:
        page = await answer.text()

    assert choice_in(page) == ["now"]
    assert zone_in(page) == "Asia/Kolkata"
    assert 'value="2021-08-30" required' in page
    assert 'value="17:30" required' in page  # 11:30 UTC is 17:00 there


@pytest.mark.parametrize(
    ("said", "choice"),
    [({"when": "now"}, ["now"]), ({"when": " AT "}, ["at"]), ({}, ["at"]), ({"when": "later"}, [])],
)
async def test_a_refused_form_keeps_when_it_was_to_start(
    visitor: ClientSession, said: dict[str, str], choice: list[str]
) -> None:
    request = {**ROW, "images": "0", "time-zone": "America/New_York", **said}
    async with visitor.post("/jobs", data=request) as answer:
        page = await answer.text()

    assert choice_in(page) == choice
    assert zone_in(page) == "America/New_York"
    assert 'value="11:41"' in page


async def test_a_zone_that_is_not_known_is_told_and_the_list_stands_on_one_that_is(visitor: ClientSession) -> None:
    async with visitor.post("/jobs", data={**ROW, "time-zone": "Mars/Base"}) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert 'id="time-zone-error">Time zone is not known' in page
    assert zone_in(page) == "UTC"
    assert 'value="11:41"' in page


async def test_an_unknown_answer_to_when_is_told_beside_it(visitor: ClientSession) -> None:
    async with visitor.post("/jobs", data={**ROW, "when": "later"}) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert '<a href="#when">When must be one of: now, at</a>' in page
    assert '<input class="form-check-input" type="radio" id="when"' in page
    assert 'id="when-error">When must be one of: now, at</p>' in page


async def test_what_stands_in_the_hidden_time_does_not_matter_now(visitor: ClientSession) -> None:
    request = {**ROW, "images": "0", "when": "now", "date": "2020-01-01", "time": "noon"}
    async with visitor.post("/jobs", data=request) as answer:
        page = await answer.text()

    assert page.count('aria-invalid="true"') == 1


async def test_browsers_that_ask_for_an_icon_by_themselves_get_one(visitor: ClientSession) -> None:
    async with visitor.get("/favicon.ico") as answer:
        assert answer.status == 200
        assert answer.content_type == "image/svg+xml"
