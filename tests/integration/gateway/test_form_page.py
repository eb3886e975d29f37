"""The form in Chromium: checks in front, the person's time zone, without scripts, over plain HTTP."""

import asyncio
from calendar import SUNDAY
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from shared.events import JobSubmitted
from shared.filters import Colour, Filters
from shared.links import Wish
from shared.recipients import Recipients
from tests.integration.bus import Bus
from tests.integration.gateway.chrome import (
    browsing,
    choose_a_time,
    fill_in,
    job_shown,
    lines_of,
    on_loopback,
    send,
    submit,
    text_of,
)
from tests.integration.gateway.gateways import Gateway, tomorrow_at_noon

pytestmark = pytest.mark.integration


async def test_the_script_tells_what_is_wrong_before_the_server_is_asked(gateway: Gateway, chrome: Chrome) -> None:
    def visit() -> None:
        chrome.get(on_loopback(gateway))
        choose_a_time(chrome)
        fill_in(chrome, {"email": "wsq.wee@", "images": "501", "date": "2020-01-01"})
        submit(chrome)

    await asyncio.to_thread(visit)

    assert urlsplit(chrome.current_url).path == "/"
    assert chrome.title.startswith("Error:")
    assert lines_of(chrome, "#summary li") == [
        "Search query is required",
        "Date and time are in the past",
        "Email is invalid",
        "No of images can not be greater than 500",
    ]
    assert text_of(chrome, "#email-error") == "Email is invalid"
    assert chrome.find_element(By.ID, "email").get_attribute("aria-invalid") == "true"
    assert chrome.switch_to.active_element.get_attribute("id") == "summary"
    assert chrome.find_element(By.ID, "email").get_attribute("value") == "wsq.wee@"

    chrome.find_element(By.LINK_TEXT, "Email is invalid").click()

    assert chrome.switch_to.active_element.get_attribute("id") == "email"


async def test_the_script_and_the_server_use_the_same_words(gateway: Gateway, chrome: Chrome) -> None:
    nothing = {"search-query": "", "date": "", "time": "", "email": "", "images": ""}
    async with gateway.visitor.post("/api/v1/jobs", json=nothing) as answer:
        document = await answer.json(content_type=None)

    def visit() -> list[str]:
        chrome.get(on_loopback(gateway))
        choose_a_time(chrome)
        fill_in(chrome, nothing)
        submit(chrome)
        return lines_of(chrome, "#summary li")

    assert await asyncio.to_thread(visit) == [error["message"] for error in document["errors"]]


async def test_untouched_the_form_means_now_in_the_persons_own_zone(gateway: Gateway, chrome: Chrome, bus: Bus) -> None:
    def visit() -> None:
        chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "America/New_York"})
        try:
            chrome.get(on_loopback(gateway))
            assert not chrome.find_element(By.ID, "time-zone").is_displayed()
            choose_a_time(chrome)
            assert text_of(chrome, "#time-zone option:checked") == "New York"
            chrome.find_element(By.CSS_SELECTOR, "label[for=when]").click()
            fill_in(chrome, {"search-query": "red pandas", "email": "someone@example.com", "images": "12"})
            send(chrome)
            assert "Congratulations!!" in text_of(chrome)
        finally:
            chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})

    await asyncio.to_thread(visit)
    job_id = job_shown(chrome, gateway)
    event = await bus.event(job_id, JobSubmitted)
    recipient = await Recipients(gateway.cassandra).find(job_id)

    assert recipient is not None
    assert recipient.time_zone == "America/New_York"
    assert timedelta() <= event.submitted_at - event.due_at < timedelta(seconds=61)


NO_SUCH_ZONE = """
const real = Intl.DateTimeFormat.prototype.resolvedOptions;
Intl.DateTimeFormat.prototype.resolvedOptions = function () { return { ...real.call(this), timeZone: "Etc/Unknown" }; };
"""


async def test_a_zone_that_the_browser_itself_does_not_know_is_never_chosen(gateway: Gateway, chrome: Chrome) -> None:
    def visit() -> str:
        script = chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_SUCH_ZONE})
        try:
            chrome.get(on_loopback(gateway))
            choose_a_time(chrome)
            return text_of(chrome, "#time-zone option:checked")
        finally:
            chrome.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)

    assert await asyncio.to_thread(visit) == "UTC"


LATER = """
const Real = Date;
window.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + 600_000); }
  static now() { return Real.now() + 600_000; }
};
"""
"""A clock ten minutes ahead."""


@pytest.mark.parametrize("choice", ["now", "at"])
async def test_back_and_submit_is_the_same_job_and_a_changed_form_another(
    gateway: Gateway, chrome: Chrome, choice: str
) -> None:
    wish = {"search-query": "red pandas", "email": "someone@example.com", "images": "12"}
    this_minute = datetime.now(UTC)
    time = {"date": f"{this_minute:%Y-%m-%d}", "time": f"{this_minute:%H:%M}", "time-zone": "UTC"}

    def visit() -> list[UUID]:
        chrome.get(on_loopback(gateway))
        fill_in(chrome, wish)
        if choice == "at":
            choose_a_time(chrome)
            fill_in(chrome, time)
        send(chrome)
        jobs = [job_shown(chrome, gateway)]
        later = chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LATER})
        for change in ({}, {"images": "13"}):
            chrome.back()
            WebDriverWait(chrome, 10).until(lambda _: chrome.find_elements(By.NAME, "images"))
            restored = {name: chrome.find_element(By.NAME, name).get_attribute("value") for name in wish}
            assert restored == wish
            chrome.execute_script(LATER)  # a page kept alive meanwhile runs no new script
            fill_in(chrome, change)
            send(chrome)
            jobs.append(job_shown(chrome, gateway))
        chrome.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", later)
        return jobs

    first, again, changed = await asyncio.to_thread(visit)

    assert first == again != changed


def next_change(month: int) -> str:
    """The next day on which the clocks of Europe change in that month: its last Sunday."""
    today = datetime.now(UTC).date()
    for year in (today.year, today.year + 1):
        last = max(date(year, month, day) for day in range(25, 32) if date(year, month, day).weekday() == SUNDAY)
        if last > today:
            return last.isoformat()
    raise AssertionError("every year has one")


async def test_the_nights_on_which_the_clocks_change_are_told_before_sending(gateway: Gateway, chrome: Chrome) -> None:
    wish = {"search-query": "red pandas", "email": "someone@example.com", "images": "12", "time-zone": "Europe/Berlin"}

    def visit() -> None:
        chrome.get(on_loopback(gateway))
        choose_a_time(chrome)
        fill_in(chrome, {**wish, "date": next_change(3), "time": "02:30"})
        submit(chrome)
        assert lines_of(chrome, "#summary li") == [
            "The clocks skip this time on that day; the next possible time is 03:00"
        ]
        assert text_of(chrome, "#clock-note") == ""

        fill_in(chrome, {"date": next_change(10)})
        assert "twice on that day. The first of the two is taken." in text_of(chrome, "#clock-note")
        send(chrome)

    await asyncio.to_thread(visit)

    assert "The clocks show that time twice on that day. We took the first." in text_of(chrome)


async def test_a_wrong_filter_is_never_out_of_sight(gateway: Gateway, chrome: Chrome) -> None:
    def is_open() -> bool:
        return chrome.find_element(By.ID, "site").is_displayed()

    def visit() -> None:
        chrome.get(on_loopback(gateway))
        assert not is_open()
        wish = {"search-query": "red pandas", "email": "someone@example.com", "images": "12", "site": "my site"}
        fill_in(chrome, wish)
        send(chrome)
        assert lines_of(chrome, "#summary li") == ["Site must be a host name such as example.com"]
        assert is_open()
        assert text_of(chrome, "#site-error") == "Site must be a host name such as example.com"
        assert chrome.find_element(By.ID, "site").get_attribute("value") == "my site"

        chrome.find_element(By.TAG_NAME, "summary").click()
        assert not is_open()
        chrome.find_element(By.LINK_TEXT, "Site must be a host name such as example.com").click()
        assert chrome.switch_to.active_element.get_attribute("id") == "site"

    await asyncio.to_thread(visit)


async def test_after_back_the_filters_and_the_time_are_in_sight_again(
    gateway: Gateway, chrome: Chrome, bus: Bus
) -> None:
    def visit() -> UUID:
        chrome.get(on_loopback(gateway))
        fill_in(chrome, {"search-query": "red pandas", "email": "someone@example.com", "images": "12"})
        choose_a_time(chrome)
        chrome.find_element(By.TAG_NAME, "summary").click()
        Select(chrome.find_element(By.NAME, "colour")).select_by_visible_text("Teal")
        send(chrome)
        job_id = job_shown(chrome, gateway)
        chrome.back()
        chrome.refresh()  # or it may have been kept alive meanwhile
        WebDriverWait(chrome, 10).until(lambda _: chrome.find_element(By.NAME, "colour").is_displayed())
        assert chrome.find_element(By.NAME, "colour").get_attribute("value") == "teal"
        assert chrome.find_element(By.NAME, "date").is_displayed()
        return job_id

    job_id = await asyncio.to_thread(visit)

    assert (await bus.event(job_id, JobSubmitted)).filters == Filters(colour=Colour.TEAL)


async def test_over_plain_http_the_form_is_still_known_as_ours(gateway: Gateway, chrome: Chrome) -> None:
    def visit() -> None:
        chrome.get(gateway.desk.public_url)
        fill_in(chrome, {"search-query": "red pandas", "email": "someone@example.com", "images": "12"})
        send(chrome)
        assert urlsplit(chrome.current_url).path.startswith("/jobs/")

    await asyncio.to_thread(visit)

    assert "Congratulations!!" in text_of(chrome)


async def test_without_scripts_everything_works_from_the_server(gateway: Gateway, tmp_path: Path) -> None:
    def type_in(chrome: Chrome, name: str, text: str) -> None:
        field = chrome.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)

    def visit() -> tuple[str, str]:
        with browsing(tmp_path, scripts=False) as chrome:
            chrome.get(on_loopback(gateway))
            type_in(chrome, "search-query", "red pandas")
            type_in(chrome, "email", "someone@")
            type_in(chrome, "images", "12")
            assert not chrome.find_element(By.ID, "theme").is_displayed()
            assert not chrome.find_element(By.NAME, "date").is_displayed()
            choose_a_time(chrome)
            assert chrome.find_element(By.NAME, "date").is_displayed()
            Select(chrome.find_element(By.NAME, "time-zone")).select_by_visible_text("Los Angeles")
            chrome.find_element(By.TAG_NAME, "summary").click()
            type_in(chrome, "country", "Atlantis")
            send(chrome)
            refused = text_of(chrome)
            assert chrome.find_element(By.NAME, "date").is_displayed()
            assert text_of(chrome, "#time-zone option:checked") == "Los Angeles"
            type_in(chrome, "email", "someone@example.com")
            type_in(chrome, "country", "de")
            send(chrome)
            return refused, text_of(chrome)

    refused, accepted = await asyncio.to_thread(visit)

    assert "Sorry, something went wrong!!" in refused
    assert "Email is invalid" in refused
    assert "Country is not known" in refused
    assert "Congratulations!!" in accepted


async def test_a_retry_link_fills_in_the_form_for_now(gateway: Gateway, chrome: Chrome) -> None:
    link = gateway.desk.links.retry(Wish("red pandas", 42))

    await asyncio.to_thread(chrome.get, link)

    values = {name: chrome.find_element(By.NAME, name).get_attribute("value") for name in tomorrow_at_noon()}
    assert (values["search-query"], values["images"], values["email"]) == ("red pandas", "42", "")
    assert values["date"]
    assert values["time"]
