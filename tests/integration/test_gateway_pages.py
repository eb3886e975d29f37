"""The pages in Chromium: checks in front, the person's time zone, without scripts, over plain HTTP, on a phone."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import Select, WebDriverWait

from deploy.local.chromium import find_chromium
from deploy.local.ports import free_ports
from shared.events import JobSubmitted, RescheduleRequested
from shared.filters import Colour, FileFormat, Filters
from shared.links import Wish
from shared.recipients import Recipients
from shared.searches import Asked, Search, Searches
from shared.topics import JOB_INBOX
from tests.integration.bus import Bus, listening
from tests.integration.conftest import Backbone
from tests.integration.gateways import Gateway, serving_gateway, tomorrow_at_noon

pytestmark = pytest.mark.integration

HOST = "pictures.example"
"""Not trusted by browsers as loopback is, so that they treat it as any site over plain HTTP."""

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def browsing(profile: Path, *, scripts: bool = True) -> Iterator[Chrome]:
    chromium = find_chromium(os.environ)
    assert chromium is not None, "these tests need Chromium and its driver"
    options = ChromeOptions()
    options.binary_location = chromium.browser
    for argument in (*QUIET, f"--user-data-dir={profile}", f"--host-resolver-rules=MAP {HOST} 127.0.0.1"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    chrome = Chrome(options=options, service=Service(chromium.driver))
    try:
        yield chrome
    finally:
        chrome.quit()


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with browsing(tmp_path_factory.mktemp("profile")) as chrome:
        yield chrome


@pytest.fixture(scope="module")
async def gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    (port,) = free_ports(1)
    folder = tmp_path_factory.mktemp("archives")
    async with serving_gateway(backbone, folder, port=port, public_url=f"http://{HOST}:{port}") as gateway:
        yield gateway


@pytest.fixture(scope="module")
async def bus(backbone: Backbone) -> AsyncIterator[Bus]:
    async with listening(backbone.kafka_url, JOB_INBOX) as bus:
        yield bus


def on_loopback(gateway: Gateway) -> str:
    """The same site under an address that browsers trust."""
    return f"http://127.0.0.1:{urlsplit(gateway.desk.public_url).port}"


def fill_in(chrome: Chrome, values: dict[str, str]) -> None:
    """As if typed, whatever language the browser writes dates in."""
    for name, value in values.items():
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
        chrome.execute_script(script, chrome.find_element(By.NAME, name), value)


def submit(chrome: Chrome) -> None:
    chrome.find_element(By.CSS_SELECTOR, "form [type=submit]").click()


def send(chrome: Chrome) -> None:
    """Submit, and wait for the page that answers."""
    form = chrome.find_element(By.TAG_NAME, "html")
    submit(chrome)
    WebDriverWait(chrome, 10).until(staleness_of(form))


def text_of(chrome: Chrome, selector: str = "body") -> str:
    return " ".join(chrome.find_element(By.CSS_SELECTOR, selector).text.split())


def lines_of(chrome: Chrome, selector: str) -> list[str]:
    return [line.text for line in chrome.find_elements(By.CSS_SELECTOR, selector)]


def complaints_of(chrome: Chrome) -> list[str]:
    """What the browser's console says since it was last asked."""
    return [entry["message"] for entry in chrome.get_log("browser")]  # type: ignore[no-untyped-call]


def job_shown(chrome: Chrome, gateway: Gateway) -> UUID:
    """The job whose status page is open."""
    return gateway.desk.links.read_status(urlsplit(chrome.current_url).path.rpartition("/")[2]).job_id


async def test_the_script_tells_what_is_wrong_before_the_server_is_asked(gateway: Gateway, chrome: Chrome) -> None:
    def visit() -> None:
        chrome.get(on_loopback(gateway))
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
        fill_in(chrome, nothing)
        submit(chrome)
        return lines_of(chrome, "#summary li")

    assert await asyncio.to_thread(visit) == [error["message"] for error in document["errors"]]


async def test_untouched_the_form_means_now_in_the_persons_own_zone(gateway: Gateway, chrome: Chrome, bus: Bus) -> None:
    def visit() -> None:
        chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "America/New_York"})
        try:
            chrome.get(on_loopback(gateway))
            assert "America/New York" in text_of(chrome, "#zone-name")
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


LATER = """
const Real = Date;
window.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + 120_000); }
  static now() { return Real.now() + 120_000; }
};
"""
"""A clock two minutes ahead."""


def when_of(chrome: Chrome) -> list[str | None]:
    return [chrome.find_element(By.NAME, name).get_attribute("value") for name in ("date", "time", "nonce")]


async def test_a_second_click_across_a_minute_sends_the_same(gateway: Gateway, chrome: Chrome) -> None:
    def visit() -> tuple[list[str | None], list[str | None]]:
        chrome.get(on_loopback(gateway))
        fill_in(chrome, {"search-query": "red pandas", "email": "someone@example.com", "images": "12"})
        chrome.execute_script("document.forms[0].addEventListener('submit', (event) => event.preventDefault())")
        submit(chrome)
        first = when_of(chrome)
        chrome.execute_script(LATER)
        submit(chrome)
        assert not lines_of(chrome, "#summary li")
        return first, when_of(chrome)

    first, second = await asyncio.to_thread(visit)

    assert first == second


async def test_back_and_submit_is_the_same_job_and_a_changed_form_another(gateway: Gateway, chrome: Chrome) -> None:
    wish = {"search-query": "red pandas", "email": "someone@example.com", "images": "12"}

    def visit() -> list[UUID]:
        chrome.get(on_loopback(gateway))
        fill_in(chrome, wish)
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


async def test_after_back_the_filters_are_in_sight_again(gateway: Gateway, chrome: Chrome, bus: Bus) -> None:
    def visit() -> UUID:
        chrome.get(on_loopback(gateway))
        fill_in(chrome, {"search-query": "red pandas", "email": "someone@example.com", "images": "12"})
        chrome.find_element(By.TAG_NAME, "summary").click()
        Select(chrome.find_element(By.NAME, "colour")).select_by_visible_text("Teal")
        send(chrome)
        job_id = job_shown(chrome, gateway)
        chrome.back()
        chrome.refresh()  # or it may have been kept alive meanwhile
        WebDriverWait(chrome, 10).until(lambda _: chrome.find_element(By.NAME, "colour").is_displayed())
        assert chrome.find_element(By.NAME, "colour").get_attribute("value") == "teal"
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
            chrome.find_element(By.TAG_NAME, "summary").click()
            type_in(chrome, "country", "Atlantis")
            send(chrome)
            refused = text_of(chrome)
            type_in(chrome, "email", "someone@example.com")
            type_in(chrome, "country", "de")
            send(chrome)
            return refused, text_of(chrome)

    refused, accepted = await asyncio.to_thread(visit)

    assert "Sorry, something went wrong!!" in refused
    assert "Email is invalid" in refused
    assert "Country is not known" in refused
    assert "Congratulations!!" in accepted


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


async def test_a_retry_link_fills_in_the_form_for_now(gateway: Gateway, chrome: Chrome) -> None:
    link = gateway.desk.links.retry(Wish("red pandas", 42))

    await asyncio.to_thread(chrome.get, link)

    values = {name: chrome.find_element(By.NAME, name).get_attribute("value") for name in tomorrow_at_noon()}
    assert (values["search-query"], values["images"], values["email"]) == ("red pandas", "42", "")
    assert values["date"]
    assert values["time"]


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
