"""The status page in Chromium."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from shared.events import RescheduleRequested
from tests.integration.bus import Bus
from tests.integration.gateway.chrome import (
    fill_in,
    on_loopback,
    send,
    text_of,
)
from tests.integration.gateway.gateways import Gateway

pytestmark = pytest.mark.integration


async def test_the_status_page_keeps_itself_fresh_and_speaks_the_persons_time(gateway: Gateway, chrome: Chrome) -> None:
    job_id = uuid4()
    due_at = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    await gateway.put_row(job_id, images=145, due_at=due_at)

    def visit() -> str:
        chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
        chrome.get(f"{on_loopback(gateway)}/jobs/{gateway.desk.links.status_token(job_id)}")
        return text_of(chrome)

    before = await asyncio.to_thread(visit)
    await gateway.put_row(job_id, images=145, state="completed", run=1, archive_run=1, kept=137, found=150)
    await asyncio.to_thread(WebDriverWait(chrome, 15).until, lambda _: "We kept 137 of the 145" in text_of(chrome))

    assert "Waiting for its time" in before
    assert "9:00" in before
    assert "Asia/Tokyo" in text_of(chrome)
    assert chrome.find_element(By.ID, "announcer").get_attribute("textContent") == "Completed"


async def test_another_time_is_asked_for_in_the_persons_own_zone(gateway: Gateway, chrome: Chrome, bus: Bus) -> None:
    job_id = uuid4()
    due_at = (datetime.now(UTC) + timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)
    await gateway.put_row(job_id, due_at=due_at)
    site, status = on_loopback(gateway), gateway.desk.links.status_token(job_id)

    def visit() -> tuple[str | None, str]:
        chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
        try:
            chrome.get(f"{site}/jobs/{status}")
            shown = chrome.find_element(By.NAME, "time").get_attribute("value")
            fill_in(chrome, {"time": "22:15"})
            send(chrome)
            return shown, text_of(chrome)
        finally:
            chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})

    shown, answer = await asyncio.to_thread(visit)
    event = await bus.event(job_id, RescheduleRequested)

    assert shown == "21:00"
    assert "The new time will stand below in a moment." in answer
    assert event.due_at == due_at.replace(hour=13, minute=15)
