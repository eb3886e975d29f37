"""The status page in Chromium."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from shared.events import JobScheduled, JobStarted, MailDue, MailKind, RescheduleRequested
from tests.integration.bus import Bus
from tests.integration.conftest import Backbone
from tests.integration.gateway.chrome import (
    fill_in,
    on_loopback,
    send,
    text_of,
)
from tests.integration.gateway.gateways import Gateway, serving_gateway

pytestmark = pytest.mark.integration


DONE = {"state": "completed", "run": 1, "archive_run": 1, "archive_size": 24_800_000, "archive_sha256": "ab" * 32}


async def until_shown(chrome: Chrome, text: str, seconds: float = 15) -> None:
    await asyncio.to_thread(WebDriverWait(chrome, seconds, 0.1).until, lambda _: text in text_of(chrome))


async def test_the_status_page_keeps_itself_fresh_and_speaks_the_persons_time(
    gateway: Gateway, chrome: Chrome, bus: Bus
) -> None:
    job_id = uuid4()
    due_at = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    await gateway.put_row(job_id, images=145, due_at=due_at)

    def visit() -> str:
        chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
        chrome.get(f"{on_loopback(gateway)}/jobs/{gateway.desk.links.status_token(job_id)}")
        chrome.execute_script("window.neverReloaded = true")
        return text_of(chrome)

    before = await asyncio.to_thread(visit)
    ready = {**DONE, "images": 145, "kept": 137, "found": 150, "version": 2}
    await gateway.put_row(job_id, **ready, expires_at=datetime.now(UTC) + timedelta(seconds=1170))
    await bus.publish(MailDue(job_id=job_id, run=1, kind=MailKind.READY, mail_not_after=due_at))
    await until_shown(chrome, "We kept 137 of the 145")
    await until_shown(chrome, "Delete now")

    assert "Waiting for its time" in before
    assert "9:00" in before
    shown = text_of(chrome)
    assert "Times are in Tokyo" in shown
    assert "Time left: 19 min" in shown
    assert "24.8 MB" in shown
    assert f"137 pictures · SHA-256 {'ab' * 32}" in shown
    assert chrome.find_element(By.ID, "announcer").get_attribute("textContent") == "Completed"
    assert chrome.title.startswith("Your images are ready")
    assert chrome.execute_script("return window.neverReloaded")


def until_form_is_set_to(chrome: Chrome, moment: str) -> None:
    at = f".change-time[data-due^='{moment}']"
    WebDriverWait(chrome, 15, 0.1).until(lambda _: chrome.find_elements(By.CSS_SELECTOR, at))


async def test_news_take_nothing_from_whoever_is_typing(gateway: Gateway, chrome: Chrome, bus: Bus) -> None:
    job_id = uuid4()
    row = {"due_at": datetime.now(UTC) + timedelta(minutes=119.5)}
    await gateway.put_row(job_id, due_at=datetime.now(UTC) + timedelta(days=2))
    path = f"/jobs/{gateway.desk.links.status_token(job_id)}"
    await asyncio.to_thread(chrome.get, on_loopback(gateway) + path)
    await gateway.put_row(job_id, **row)
    await bus.publish(JobScheduled(job_id=job_id, sequence=1, due_at=row["due_at"]))
    moved = row["due_at"].isoformat(timespec="milliseconds")[:23]
    await asyncio.to_thread(until_form_is_set_to, chrome, moved)

    def visit() -> str:
        chrome.find_element(By.ID, "cancel-ask").click()
        fill_in(chrome, {"time": "22:15"})
        chrome.execute_script("document.getElementById('time').focus()")
        return text_of(chrome, ".countdown")

    countdown = await asyncio.to_thread(visit)
    await gateway.put_row(job_id, **row, query="dogs", version=2)
    await bus.publish(JobScheduled(job_id=job_id, sequence=2, due_at=row["due_at"]))
    await until_shown(chrome, "dogs")

    assert countdown.startswith("Starts in 1 h 59 min")
    assert chrome.find_element(By.NAME, "time").get_attribute("value") == "22:15"
    assert chrome.switch_to.active_element.get_attribute("name") == "time"
    assert chrome.find_element(By.ID, "cancel-confirm").get_attribute("open")

    await gateway.put_row(job_id, **row, state="running", run=1, version=3)
    await bus.publish(JobStarted(job_id=job_id, run=1, sequence=3))
    await asyncio.to_thread(WebDriverWait(chrome, 15, 0.1).until, lambda _: not chrome.find_elements(By.NAME, "time"))

    # The field is gone with what it was for; whoever stood there stands at the heading above.
    assert chrome.switch_to.active_element.get_attribute("id") == "changes-title"
    assert chrome.find_element(By.ID, "cancel-confirm").get_attribute("open")


async def test_where_no_stream_passes_the_page_asks(
    backbone: Backbone, chrome: Chrome, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("archives")
    async with serving_gateway(backbone, folder, told={"AID_STREAMS": "0"}) as gateway:
        job_id = uuid4()
        await gateway.put_row(job_id, due_at=datetime.now(UTC) + timedelta(days=1))
        site = str(gateway.visitor._base_url).rstrip("/")
        await asyncio.to_thread(chrome.get, f"{site}/jobs/{gateway.desk.links.status_token(job_id)}")
        await gateway.put_row(job_id, state="cancelled", version=2)

        await until_shown(chrome, "Your job is cancelled")


LATER_AND_AWAY_ONCE = """
const now = Date.now;
Date.now = () => now() + 120_000;
Math.random = () => 0;
const real = window.fetch;
window.fetch = async (...given) => {
  window.fetch = real;
  throw new TypeError("away");
};
"""


async def test_the_button_goes_with_the_link_although_the_network_was_away(gateway: Gateway, chrome: Chrome) -> None:
    job_id = uuid4()
    await gateway.put_row(job_id, **DONE, kept=9, expires_at=datetime.now(UTC) + timedelta(minutes=1))

    def visit() -> bool:
        chrome.get(f"{on_loopback(gateway)}/jobs/{gateway.desk.links.status_token(job_id)}")
        shown = bool(chrome.find_elements(By.ID, "download"))
        chrome.execute_script(LATER_AND_AWAY_ONCE)
        return shown

    assert await asyncio.to_thread(visit)
    gateway.clock.ahead = timedelta(minutes=2)
    try:
        await until_shown(chrome, "Link has expired")
    finally:
        gateway.clock.ahead = timedelta()

    assert not chrome.find_elements(By.ID, "download")
    assert chrome.title.startswith("Link has expired")
    assert chrome.find_element(By.ID, "announcer").get_attribute("textContent") == "Link has expired"


async def test_another_time_is_asked_for_in_the_persons_own_zone(gateway: Gateway, chrome: Chrome, bus: Bus) -> None:
    job_id = uuid4()
    due_at = (datetime.now(UTC) + timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)
    await gateway.put_row(job_id, due_at=due_at)
    site, status = on_loopback(gateway), gateway.desk.links.status_token(job_id)

    def visit() -> tuple[str | None, str | None, str]:
        chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
        try:
            chrome.get(f"{site}/jobs/{status}")
            shown = chrome.find_element(By.NAME, "time").get_attribute("value")
            fill_in(chrome, {"time": "22:15"})
            send(chrome)
            asked_for = chrome.find_element(By.NAME, "time").get_attribute("value")
            return shown, asked_for, text_of(chrome)
        finally:
            chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})

    shown, asked_for, answer = await asyncio.to_thread(visit)
    event = await bus.event(job_id, RescheduleRequested)

    assert (shown, asked_for) == ("21:00", "22:15")
    assert "The new time will stand below in a moment." in answer
    assert event.due_at == due_at.replace(hour=13, minute=15)
