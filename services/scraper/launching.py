"""Starts browsers: a Chromium here, or one at a Selenium server elsewhere. Blocking; for a thread."""

from contextlib import suppress
from pathlib import Path

import structlog
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ChromeOptions, Remote
from selenium.webdriver.common.proxy import Proxy, ProxyType
from selenium.webdriver.remote.client_config import ClientConfig
from urllib3.exceptions import HTTPError

from services.scraper.browser import HANG_SECONDS, PAGE_SECONDS, Browser
from services.scraper.chromium import DriverNotStartedError, LocalDriver, local_options
from services.scraper.windows import BrowserError

DRIVER_TRIES = 3

ANSWER_SECONDS = PAGE_SECONDS + 5
"""A session takes a second here; no command takes longer than a page."""

REMOTE_ANSWER_SECONDS = 60
"""A session may have to wait for a free node."""

log = structlog.get_logger()

_NO_PROXY = Proxy({"proxyType": ProxyType.DIRECT})


def launch_local(
    *, binary: Path, chromedriver: Path, on_every_page: str, sandbox: bool = True, hang_seconds: float = HANG_SECONDS
) -> Browser:
    """`on_every_page` is a script that runs in each document before its own. BrowserError when it does not start.

    One that leaves a question of ours without an answer for `hang_seconds` hangs. `sandbox`: Chromium's own; root never
    has it.
    """
    driver = _driver(chromedriver)
    config = ClientConfig(driver.url, proxy=_NO_PROXY, timeout=int(ANSWER_SECONDS), init_args_for_pool_manager=_ONE_TRY)
    try:
        window = _window(config, local_options(binary, driver.profile, sandbox=sandbox), on_every_page)
    except BaseException:
        driver.kill()
        raise
    return Browser(window, driver.kill, memory=driver.memory, hang_seconds=hang_seconds)


def _driver(chromedriver: Path) -> LocalDriver:
    """It takes a port that is free in IPv4 and ends at once when IPv6 has it taken; the next one gets another."""
    for left in reversed(range(DRIVER_TRIES)):
        try:
            return LocalDriver(chromedriver)
        except DriverNotStartedError as error:
            log.warning("chromedriver_not_started", detail=str(error), tries_left=left)
            reason = error
        except OSError as error:
            raise BrowserError(str(error)) from error
    raise BrowserError(str(reason)) from reason


def launch_remote(*, url: str, options: ChromeOptions, on_every_page: str) -> Browser:
    """The same at a Selenium server; `url` is its address."""
    config = ClientConfig(url, timeout=REMOTE_ANSWER_SECONDS, init_args_for_pool_manager=_ONE_TRY)
    window = _window(config, options, on_every_page)
    return Browser(window, lambda: _quit(window))


MEDIA = ("mp4", "m4v", "m4s", "webm", "mov", "ogv", "m3u8", "mpd", "mp3", "m4a", "ogg", "wav")
"""Neither a flag nor a preference keeps a page from loading them; only their addresses tell what they are."""

_KEEP_NOTHING = {"maxTotalBufferSize": 1, "maxResourceBufferSize": 1}
"""Of what a page loads, for a debugger to look at."""

_ONE_TRY = {"init_args_for_pool_manager": {"retries": False}}


def _window(config: ClientConfig, options: ChromeOptions, on_every_page: str) -> Remote:
    try:
        window = Remote(config.remote_server_addr, options=options, client_config=config)
        window.set_page_load_timeout(PAGE_SECONDS)
        window.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": on_every_page})
        window.execute_cdp_cmd("Network.enable", _KEEP_NOTHING)
        window.execute_cdp_cmd(
            "Network.setBlockedURLs", {"urls": [f"*.{kind}{end}" for kind in MEDIA for end in ("", "?*")]}
        )
    except (WebDriverException, HTTPError, OSError) as error:
        raise BrowserError(f"no browser session: {type(error).__name__}") from error
    return window


def _quit(window: Remote) -> None:
    with suppress(WebDriverException, HTTPError, OSError):  # a session that is gone already, or its server
        window.quit()
