"""The status page over HTTP, on tables in memory."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from shared.recipients import Recipient
from tests.unit.gateway.connected import Gateway, Site
from tests.unit.gateway.site import NOW, visiting

TOMORROW = NOW + timedelta(days=1)
ANOTHER_TIME = {"date": "2021-09-02", "time": "07:30", "time-zone": "Asia/Kolkata"}
"""In UTC two o'clock."""
PASSED_ON = "The new time will stand below in a moment."


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def gateway(site: Site) -> Gateway:
    return site.gateway()


@pytest.fixture
async def visitor(gateway: Gateway) -> AsyncIterator[ClientSession]:
    async with visiting(gateway.desk) as session:
        yield session


async def a_job(site: Site, gateway: Gateway, state: str = "scheduled", **columns: object) -> str:
    """The path of its status page."""
    job_id = uuid4()
    await site.put_row(job_id, state, due_at=TOMORROW, query="cats", images=10, **columns)
    return f"/jobs/{gateway.desk.links.status_token(job_id)}"


async def page_at(visitor: ClientSession, path: str) -> str:
    async with visitor.get(path) as answer:
        assert answer.status == 200
        return unescape(await answer.text())


def refresh_in(page: str) -> int | None:
    match = re.search(r'http-equiv="refresh" content="(\d+)"', page)
    return int(match[1]) if match else None


def shown_time(page: str) -> tuple[str, str]:
    """What stands in the form that changes it."""
    date, time = (re.search(rf'name="{name}"\s+type="{name}" value="([^"]*)"', page) for name in ("date", "time"))
    assert date
    assert time
    return date[1], time[1]


async def rescheduled(visitor: ClientSession, path: str) -> str:
    """Where that leads."""
    async with visitor.post(f"{path}/reschedule", data=ANOTHER_TIME, allow_redirects=False) as answer:
        assert answer.status == 303
        return answer.headers["Location"]


async def test_another_time_is_awaited_until_it_stands(site: Site, gateway: Gateway, visitor: ClientSession) -> None:
    job_id = uuid4()
    await site.put_row(job_id, "scheduled", due_at=TOMORROW)
    path = f"/jobs/{gateway.desk.links.status_token(job_id)}"

    there = await rescheduled(visitor, path)
    before = await page_at(visitor, there)
    await site.put_row(job_id, "scheduled", due_at=NOW.replace(day=2, month=9, hour=2, minute=0), version=2)
    after = await page_at(visitor, there)

    assert there.startswith(f"{path}?asked=time&due=2021-09-02T02:00:00Z&since=")
    assert PASSED_ON in before
    assert shown_time(before) == ("2021-09-02", "02:00")
    assert refresh_in(before) == 5
    assert PASSED_ON not in after
    assert shown_time(after) == ("2021-09-02", "02:00")
    assert refresh_in(after) != 5


async def test_a_time_that_never_comes_to_stand_is_not_awaited_for_long(
    site: Site, gateway: Gateway, visitor: ClientSession
) -> None:
    there = await rescheduled(visitor, await a_job(site, gateway))
    async with visitor.get(there) as answer:
        known = {"If-None-Match": answer.headers["ETag"]}
    site.clock.goes_on(minutes=2)
    async with visitor.get(there, headers=known) as answer:
        assert answer.status == 200
        page = await answer.text()

    assert PASSED_ON not in page
    assert refresh_in(page) == int(timedelta(hours=23, minutes=58).total_seconds())


@pytest.mark.parametrize("said", ["", "&due=soon&since=now", "&due=2021-09-02T02:00&since=2021-08-30T11:30"])
async def test_an_address_that_somebody_has_bent_awaits_nothing(
    site: Site, gateway: Gateway, visitor: ClientSession, said: str
) -> None:
    path = await a_job(site, gateway)

    assert PASSED_ON not in await page_at(visitor, f"{path}?asked=time{said}")


async def test_without_scripts_the_page_comes_again_until_it_has_everything(
    site: Site, gateway: Gateway, visitor: ClientSession
) -> None:
    ended = {"ended_at": NOW - timedelta(hours=1), "archive_run": 1}

    mailed = await a_job(site, gateway, "completed", **ended, expires_at=NOW + timedelta(minutes=9))
    assert refresh_in(await page_at(visitor, await a_job(site, gateway, "completed", **ended))) == 5
    assert refresh_in(await page_at(visitor, mailed)) is None


async def test_with_its_link_expired_the_page_says_so_everywhere(
    site: Site, gateway: Gateway, visitor: ClientSession
) -> None:
    page = await page_at(visitor, await a_job(site, gateway, "completed", kept=9, archive_run=1, expires_at=NOW))

    assert "<title>Link has expired · " in page
    assert 'data-title="Link has expired" data-stage="Link has expired"' in page
    assert '<h1 tabindex="-1">Link has expired</h1>' in page


@pytest.mark.parametrize(
    ("change", "state"), [("cancel", "running"), ("delete", "failed"), ("reschedule", "scheduled")]
)
async def test_what_could_not_be_passed_on_is_said_on_the_page_with_what_was_typed(
    site: Site, gateway: Gateway, visitor: ClientSession, change: str, state: str
) -> None:
    path = await a_job(site, gateway, state)
    gateway.kafka.away_for = 1

    async with visitor.post(f"{path}/{change}", data=ANOTHER_TIME) as answer:
        page = await answer.text()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "Asking again in half a minute is safe" in page
    assert f'action="{path}/{change}"' in page
    if change == "reschedule":
        assert 'value="2021-09-02"' in page
        assert 'value="07:30"' in page
        assert '<option value="Asia/Kolkata" selected>' in page


async def test_whoever_changes_too_much_keeps_what_was_typed(site: Site) -> None:
    gateway = site.gateway(limit_client_changes=1, limit_client_requests=3)
    path = await a_job(site, gateway)
    async with visiting(gateway.desk) as visitor:
        await rescheduled(visitor, path)
        async with visitor.post(f"{path}/reschedule", data=ANOTHER_TIME) as answer:
            page = await answer.text()
        async with visitor.post(f"{path}/again") as elsewhere:
            await elsewhere.read()
        async with visitor.post(f"{path}/cancel") as far_too_many:
            way_back = await far_too_many.text()

    assert (answer.status, answer.headers["Retry-After"]) == (429, "3600")
    assert "There were too many requests from where you are" in page
    assert 'value="07:30"' in page
    assert f'href="{path}">Back to your job</a>' in way_back


async def test_with_everything_away_the_way_back_is_the_job(
    site: Site, gateway: Gateway, visitor: ClientSession
) -> None:
    path = await a_job(site, gateway)
    gateway.line.away = True

    for change in ("cancel", "again"):
        async with visitor.post(f"{path}/{change}") as answer:
            assert answer.status == 503
            assert f'href="{path}">Back to your job</a>' in await answer.text()


async def test_a_new_time_in_an_unknown_zone_is_refused_and_the_list_stands_on_a_known_one(
    site: Site, gateway: Gateway, visitor: ClientSession
) -> None:
    path = await a_job(site, gateway)

    async with visitor.post(f"{path}/reschedule", data={**ANOTHER_TIME, "time-zone": "Etc/Unknown"}) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert 'id="time-zone-error">Time zone is not known' in page
    assert '<option value="UTC" selected>' in page
    assert 'value="07:30"' in page
    assert not gateway.kafka.records


async def test_a_time_is_shown_and_changed_in_the_zone_it_was_asked_in(
    site: Site, gateway: Gateway, visitor: ClientSession
) -> None:
    path = await a_job(site, gateway)
    job_id = gateway.desk.links.read_status(path.removeprefix("/jobs/")).job_id
    recipient = Recipient("someone@example.com", "Asia/Tokyo")
    await gateway.desk.stores.get().recipients.put(job_id, recipient, due_at=TOMORROW, now=NOW)

    page = await page_at(visitor, path)

    assert "31 August 2021, 20:30 in Tokyo" in page
    assert '<option value="Asia/Tokyo" selected>Tokyo</option>' in page
    assert shown_time(page) == ("2021-08-31", "20:30")


async def test_the_form_is_said_to_follow_the_time_unless_it_holds_what_was_typed(
    site: Site, gateway: Gateway, visitor: ClientSession
) -> None:
    path = await a_job(site, gateway)
    page = await page_at(visitor, path)
    async with visitor.post(f"{path}/reschedule", data={**ANOTHER_TIME, "date": "2020-01-01"}) as answer:
        refused = await answer.text()

    due = f'data-due="{TOMORROW.isoformat()}"'
    assert page.count(due) == 2
    assert "data-typed" not in page
    assert shown_time(refused) == ("2020-01-01", "07:30")
    assert "data-typed" in refused
    assert "novalidate" in page


async def test_who_has_had_a_job_deleted_is_told_that_it_is(gateway: Gateway, visitor: ClientSession) -> None:
    path = f"/jobs/{gateway.desk.links.status_token(uuid4())}"

    async with visitor.get(f"{path}?asked=delete") as mine, visitor.get(path) as other:
        asked_for, expired = await mine.text(), await other.text()

    assert (mine.status, other.status) == (410, 410)
    assert "Everything of this job is deleted." in asked_for
    assert "something went wrong" not in asked_for
    assert 'href="/">Return back to home</a>' in asked_for
    assert "Link has expired" in expired


@pytest.mark.parametrize(
    ("reason", "words"), [("nothing_fits", "Change the search"), ("blocked", "Ask for the same again")]
)
async def test_where_the_same_would_come_to_nothing_another_search_is_offered(
    site: Site, gateway: Gateway, visitor: ClientSession, reason: str, words: str
) -> None:
    path = await a_job(site, gateway, "failed", reason=reason)

    assert f">{words}</button>" in await page_at(visitor, path)
