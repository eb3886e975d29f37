"""Chromium on the gateway's pages, and what is read from them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from deploy.local.chromium import find_chromium
from tests.integration.gateway.gateways import Gateway

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


def on_loopback(gateway: Gateway) -> str:
    """The same site under an address that browsers trust."""
    return f"http://127.0.0.1:{urlsplit(gateway.desk.public_url).port}"


def show_on(chrome: Chrome, width: int) -> None:
    """A screen of that width in CSS pixels; a phone's where it is that narrow."""
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def prefer(chrome: Chrome, look: str) -> None:
    """What the person's system asks pages for: `light` or `dark`, and in any case no gliding."""
    features = {"prefers-color-scheme": look, "prefers-reduced-motion": "reduce"}
    told = [{"name": name, "value": value} for name, value in features.items()]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": told})


def fill_in(chrome: Chrome, values: dict[str, str]) -> None:
    """As if typed, whatever language the browser writes dates in."""
    for name, value in values.items():
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
        chrome.execute_script(script, chrome.find_element(By.NAME, name), value)


def choose_a_time(chrome: Chrome) -> None:
    chrome.find_element(By.CSS_SELECTOR, "label[for=when-at]").click()


def submit(chrome: Chrome) -> None:
    chrome.find_element(By.CSS_SELECTOR, "form [type=submit]").click()


def send(chrome: Chrome) -> None:
    """Submit, and wait for the page that answers."""
    form = chrome.find_element(By.TAG_NAME, "html")
    submit(chrome)
    WebDriverWait(chrome, 10).until(staleness_of(form))


def wait_for_text(chrome: Chrome, text: str) -> None:
    """Whatever page shows it."""
    wait = WebDriverWait(chrome, 10, ignored_exceptions=[StaleElementReferenceException])
    wait.until(lambda _: text in text_of(chrome))


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
