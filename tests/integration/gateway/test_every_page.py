"""What holds on every page, in Chromium."""

import asyncio
from collections.abc import Iterator
from itertools import product

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.integration.gateway.axe import ALL, COLOURS, violations_of
from tests.integration.gateway.chrome import (
    choose_a_time,
    complaints_of,
    fill_in,
    on_loopback,
    prefer,
    send,
    show_on,
    submit,
    wait_for_text,
)
from tests.integration.gateway.gallery import FORM, every_page
from tests.integration.gateway.gateways import Gateway
from tests.unit.packager.samples import a_picture

pytestmark = pytest.mark.integration

WIDTHS = (320, 390, 640, 1280)
"""Phones; a screen of 1280 pixels at 200 %, and at 100 %."""

JUDGED_BY_ALL = (320, "light")
"""Where targets are closest together; elsewhere only colours can differ."""

MOST_STOPS = 60


@pytest.fixture(autouse=True)
def unchanged(chrome: Chrome) -> Iterator[None]:
    """The browser is the same for all tests."""
    yield
    chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def faults_of(chrome: Chrome, name: str) -> list[str]:
    """Of the page that is open, with all it can unfold, on all screens, by day and by night."""
    chrome.execute_script("document.querySelectorAll('details').forEach((folded) => { folded.open = true; })")
    faults = []
    for width in WIDTHS:
        show_on(chrome, width)
        needed = chrome.execute_script("return document.documentElement.scrollWidth")
        faults += [f"{needed} pixels wide on a screen of {width}"] if needed > width else []
    for width, look in product((320, 1280), ("light", "dark")):
        show_on(chrome, width)
        prefer(chrome, look)
        rules = ALL if (width, look) == JUDGED_BY_ALL else COLOURS
        faults += [f"{look}, {width}: {fault}" for fault in violations_of(chrome, rules)]
    return [f"{name}: {fault}" for fault in faults]


async def test_every_page_is_accessible_fits_the_screen_and_keeps_its_policy(gateway: Gateway, chrome: Chrome) -> None:
    pages = await every_page(gateway, sheet=a_picture("WEBP"))
    site = on_loopback(gateway)

    def visit() -> list[str]:
        complaints_of(chrome)
        faults = []
        for name, path in pages.items():
            chrome.get(site + path)
            faults += faults_of(chrome, name)
        chrome.get(site + FORM)
        choose_a_time(chrome)
        submit(chrome)
        faults += faults_of(chrome, "form refused by the script")
        fill_in(chrome, {"search-query": "W" * 150, "email": "someone@example.com", "images": "12", "site": "w" * 90})
        send(chrome)
        return faults + faults_of(chrome, "form refused by the server")

    faults = await asyncio.to_thread(visit)

    assert not faults, "\n".join(faults)
    assert [complaint for complaint in complaints_of(chrome) if "Failed to load resource" not in complaint] == []


async def test_the_whole_way_can_be_gone_by_keyboard(gateway: Gateway, chrome: Chrome) -> None:
    def press(*keys: str) -> None:
        ActionChains(chrome).send_keys(*keys).perform()

    def tab_to(selector: str) -> None:
        for _ in range(MOST_STOPS):
            press(Keys.TAB)
            stop = chrome.switch_to.active_element
            style = [stop.value_of_css_property(name) for name in ("outline-style", "box-shadow")]
            assert style != ["none", "none"], f"nobody sees where the focus is: {stop.get_attribute('outerHTML')}"
            if stop in chrome.find_elements(By.CSS_SELECTOR, selector):
                return
        raise AssertionError(f"no way to {selector}")

    def visit() -> None:
        prefer(chrome, "light")
        chrome.get(on_loopback(gateway))
        tab_to(".skip")
        assert chrome.find_element(By.CSS_SELECTOR, ".skip").is_displayed()
        press(Keys.ENTER)
        tab_to("#search-query")
        press("red pandas")
        tab_to("#when")
        press(Keys.ARROW_DOWN, Keys.SPACE, Keys.ARROW_UP)
        for field, text in (("#email", "someone@example.com"), ("#images", "12")):
            tab_to(field)
            press(text)
        tab_to("form [type=submit]")
        press(Keys.ENTER)
        wait_for_text(chrome, "Congratulations!!")
        tab_to("#cancel-ask")
        press(Keys.ENTER)
        tab_to("form[action$=cancel] [type=submit]")
        press(Keys.SPACE)
        wait_for_text(chrome, "will be cancelled in a moment")

    await asyncio.to_thread(visit)


COLOURS_SHOWN = """
const shown = document.querySelectorAll("body, main *:not(option, optgroup)");
return [...shown].map((one) => {
  const style = getComputedStyle(one);
  return [style.color, style.backgroundColor, style.borderTopColor];
});
"""


async def test_the_look_follows_the_system_until_the_person_chooses_one(gateway: Gateway, chrome: Chrome) -> None:
    def choose(theme: str) -> None:
        Select(chrome.find_element(By.ID, "theme")).select_by_value(theme)

    def visit() -> None:
        prefer(chrome, "dark")
        chrome.get(on_loopback(gateway))
        by_system = chrome.execute_script(COLOURS_SHOWN)
        choose("light")
        light = chrome.execute_script(COLOURS_SHOWN)
        assert light != by_system
        choose("dark")
        assert chrome.execute_script(COLOURS_SHOWN) == by_system

        prefer(chrome, "light")
        chrome.refresh()
        assert chrome.find_element(By.ID, "theme").get_attribute("value") == "dark"
        assert chrome.execute_script(COLOURS_SHOWN) == by_system
        choose("auto")
        chrome.refresh()
        assert chrome.execute_script(COLOURS_SHOWN) == light

    await asyncio.to_thread(visit)
