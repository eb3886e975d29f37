"""The way of one job as a person goes it: form, "Congratulations!!", two mails, the link, the ZIP."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from selenium.common.exceptions import StaleElementReferenceException, TimeoutException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from deploy.local.chromium import Chromium
from deploy.local.failures import LocalFailure
from deploy.local.mailbox import Mailbox
from deploy.local.web import download

TAKEN = "Congratulations!!"
STARTED = "Job scheduling started"
READY = "Your Images are Downloaded"
FAILED = "Error in job"

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # root may not use it
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--window-size=1280,1200",
    "--force-prefers-reduced-motion",  # a page that still scrolls smoothly moves the button away from the click
)


@dataclass(frozen=True)
class Wish:
    query: str
    images: int
    email: str


@dataclass(frozen=True)
class Form:
    """The web form in a real browser."""

    driver: Chrome

    @classmethod
    @contextmanager
    def opened(cls, web_url: str, chromium: Chromium) -> Iterator[Self]:
        options = ChromeOptions()
        options.binary_location = chromium.browser
        for argument in ARGUMENTS:
            options.add_argument(argument)
        driver = Chrome(options=options, service=Service(chromium.driver))
        try:
            driver.get(web_url)
            yield cls(driver)
        except WebDriverException as error:
            raise LocalFailure(f"the form could not be used in Chromium: {error.msg}") from error
        finally:
            driver.quit()

    def submit(self, wish: Wish, *, patience: float = 20.0) -> None:
        """Fill in everything, leave the time at "Now", send it, and see the page that says it was taken."""
        self._type("search-query", wish.query)
        self._type("email", wish.email)
        self._type("images", str(wish.images))
        self.driver.find_element(By.CSS_SELECTOR, "form [type=submit]").click()
        wait = WebDriverWait(self.driver, patience, ignored_exceptions=[StaleElementReferenceException])
        try:
            wait.until(lambda _: TAKEN in self._text())
        except TimeoutException:
            raise LocalFailure(f'no "{TAKEN}" after the form was sent, but: {self._text()[:300]}') from None

    def _type(self, name: str, text: str) -> None:
        field = self.driver.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)

    def _text(self) -> str:
        return " ".join(self.driver.find_element(By.TAG_NAME, "body").text.split())


def wait_for_start(mailbox: Mailbox, *, patience: float = 60.0) -> None:
    mailbox.wait_for(STARTED, instead=FAILED, patience=patience)


def wait_for_link(mailbox: Mailbox, *, patience: float = 180.0) -> str:
    """Where the mail says the pictures lie."""
    text = mailbox.wait_for(READY, instead=FAILED, patience=patience)
    found = re.search(r"https?://\S+/download/[^\s>]+", text)
    if found is None:
        raise LocalFailure(f'the mail "{READY}" holds no link to the ZIP')
    return found[0]


def fetch_zip(link: str, file: Path) -> None:
    try:
        download(link, file)
    except OSError as error:
        raise LocalFailure(f"the link in the mail does not give the ZIP: {error}") from error
