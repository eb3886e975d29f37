"""Chromium and its driver: the machine's own, or Debian's packages."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.artefacts import LOCAL
from deploy.local.failures import LocalFailure
from deploy.local.programs import Program, run_to_end

PACKAGES = ("chromium", "chromium-driver")


@dataclass(frozen=True)
class Chromium:
    browser: str
    driver: str


def chromium(environ: Mapping[str, str]) -> Chromium:
    """The one that is there; installed if it is missing and we may."""
    found = find_chromium(environ)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = find_chromium(environ)
    if found is None:
        raise LocalFailure(f"Chromium or its driver is missing: install it (apt-get install {' '.join(PACKAGES)})")
    return found


def find_chromium(environ: Mapping[str, str]) -> Chromium | None:
    browser = environ.get("AID_CHROME_BINARY") or shutil.which("chromium")
    driver = environ.get("AID_CHROMEDRIVER") or shutil.which("chromedriver")
    return Chromium(browser, driver) if browser and driver else None


def _install() -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES)):
        run_to_end(
            Program(f"fetching Chromium ({command[1]})", command, quiet), log=LOCAL / "log" / "fetch-chromium.log"
        )
