"""Browsers for tests, started as the scraper starts them."""

import shutil
from pathlib import Path

from services.scraper.browser import HANG_SECONDS, Browser
from services.scraper.engines.google_page import watch_script
from services.scraper.launching import launch_local


def on_path(name: str) -> Path:
    found = shutil.which(name)
    assert found, f"{name} is not installed"
    return Path(found)


PATIENT_SECONDS = 30.0
"""For tests that are not about hanging: a busy machine is no hang."""


def patient_launch() -> Browser:
    return local_launch(PATIENT_SECONDS)


def local_launch(hang_seconds: float = HANG_SECONDS, chromedriver: Path | None = None) -> Browser:
    return launch_local(
        binary=on_path("chromium"),
        chromedriver=chromedriver or on_path("chromedriver"),
        on_every_page=watch_script(),
        hang_seconds=hang_seconds,
    )
