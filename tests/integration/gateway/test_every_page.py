"""What holds on every page, in Chromium."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from selenium.webdriver import Chrome

from shared.filters import Colour, FileFormat, Filters
from shared.links import Wish
from shared.searches import Asked, Search, Searches
from tests.integration.gateway.chrome import (
    complaints_of,
    on_loopback,
)
from tests.integration.gateway.gateways import Gateway

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_no_page_is_wider_than_the_screen_or_breaks_its_own_policy(
    gateway: Gateway, chrome: Chrome, width: int
) -> None:
    job_id = uuid4()
    filters = Filters(colour=Colour.TRANSPARENT, file_format=FileFormat.PNG, site="w" * 60 + ".example")
    refused = {"html": 4, "other_orientation": 3}
    row = {"query": "W" * 200, "archive_run": 1, "kept": 9, "refused": refused, "filters": filters.stored()}
    await gateway.put_row(job_id, state="completed", **row)
    asked = Asked("commons", "enough", ignored=tuple(sorted(filters.chosen)))
    await Searches(gateway.cassandra).finish(job_id, Search(True, 9, (asked,)))
    waiting_id = uuid4()
    await gateway.put_row(waiting_id, due_at=datetime.now(UTC) + timedelta(days=1))
    site = on_loopback(gateway)
    retry = urlsplit(gateway.desk.links.retry(Wish("red pandas", 42, filters))).path
    status, waiting = (gateway.desk.links.status_token(each) for each in (job_id, waiting_id))

    def visit() -> dict[str, int]:
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        complaints_of(chrome)
        widths = {}
        for path in ("/", retry, "/nothing", f"/jobs/{status}", f"/jobs/{waiting}", "/download/made-up"):
            chrome.get(site + path)
            widths[path] = chrome.execute_script("return document.documentElement.scrollWidth")
        chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        return widths

    widths = await asyncio.to_thread(visit)

    assert max(widths.values()) <= width
    assert not [complaint for complaint in complaints_of(chrome) if "Content Security Policy" in complaint]
