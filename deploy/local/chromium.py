"""Chromium and its driver: the machine's own, or Debian's packages."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.debian import install, may_install
from deploy.local.failures import LocalFailure

PACKAGES = ("chromium", "chromium-driver")


@dataclass(frozen=True)
class Chromium:
    browser: str
    driver: str


def chromium(environ: Mapping[str, str]) -> Chromium:
    """The one that is there; installed if it is missing and we may."""
    found = find_chromium(environ)
    if found is None and may_install():
        install("Chromium", PACKAGES)
        found = find_chromium(environ)
    if found is None:
        raise LocalFailure(f"Chromium or its driver is missing: install it (apt-get install {' '.join(PACKAGES)})")
    return found


def find_chromium(environ: Mapping[str, str]) -> Chromium | None:
    browser = environ.get("AID_CHROME_BINARY") or shutil.which("chromium")
    driver = environ.get("AID_CHROMEDRIVER") or shutil.which("chromedriver")
    return Chromium(browser, driver) if browser and driver else None
