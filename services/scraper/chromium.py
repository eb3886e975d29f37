"""A Chromium of our own: started through a chromedriver of our own, gone with everything it wrote when let go."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from threading import Timer

import structlog
from selenium.webdriver import ChromeOptions

from services.scraper import leash
from services.scraper.homes import Home
from services.scraper.memory import memory_of_tree

log = structlog.get_logger()

START_SECONDS = 10.0
GONE_SECONDS = 5.0

_FLAGS = (
    "--headless=new",
    "--window-size=1366,1000",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--disable-remote-fonts",
    "--disable-back-forward-cache",  # nobody goes back, and each page it keeps holds 70 MB
)
# Addresses are what is wanted; the packager fetches the pictures. The flag that promises the same loads some.
_PREFERENCES = {"profile.managed_default_content_settings.images": 2}
_PORT = re.compile(r"started successfully on port (\d+)")


class DriverNotStartedError(Exception):
    """The chromedriver ended without a word of its port, or took too long for one. Says its last line."""


def chrome_options() -> ChromeOptions:
    """Of any browser, remote or local."""
    options = ChromeOptions()
    options.page_load_strategy = "none"  # whoever waits inside of the browser cannot tell whether it hangs
    options.add_experimental_option("prefs", _PREFERENCES)
    for flag in _FLAGS:
        options.add_argument(flag)
    return options


def local_options(binary: Path, profile: Path, *, sandbox: bool) -> ChromeOptions:
    options = chrome_options()
    options.binary_location = str(binary)
    options.add_argument(f"--user-data-dir={profile}")
    if not sandbox or os.geteuid() == 0:  # it refuses to run as root
        options.add_argument("--no-sandbox")
    return options


class LocalDriver:
    """A chromedriver and what it starts. Killing is the only way it ends: its profile is thrown away anyhow."""

    def __init__(self, chromedriver: Path) -> None:
        """Returns when it listens at `url`."""
        self._home = Home()
        self.profile = self._home.path / "profile"
        try:
            self._leash = _leashed(chromedriver, self._home)
        except BaseException:
            self._home.drop()
            raise
        assert self._leash.stdin is not None  # noqa: S101 - a pipe
        assert self._leash.stdout is not None  # noqa: S101 - a pipe
        self._stdin, self._stdout = self._leash.stdin, self._leash.stdout
        try:
            self.url = f"http://127.0.0.1:{self._port()}"
        except BaseException:
            self.kill()
            raise

    def memory(self) -> int:
        """Bytes that the driver, the browser and all its renderers hold."""
        return memory_of_tree(self._leash.pid)

    def kill(self) -> None:
        """Returns when all its processes have been killed and its files are gone."""
        self._stdin.close()
        try:
            self._leash.wait(GONE_SECONDS)
        except subprocess.TimeoutExpired:
            log.error("browser_not_gone", leash=self._leash.pid)  # noqa: TRY400 - the trace would say no more
        self._stdout.close()
        self._home.leave()

    def _port(self) -> int:
        impatience = Timer(START_SECONDS, self._stdin.close)
        impatience.start()
        line = "no answer"
        try:
            for line in self._stdout:
                if found := _PORT.search(line):
                    return int(found[1])
        finally:
            impatience.cancel()
        raise DriverNotStartedError(f"chromedriver did not start: {line.strip()}")


def _free_port() -> int:
    """Chosen here: where there is no IPv6, as in most containers, one that chooses says it listens on port 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _leashed(chromedriver: Path, home: Home) -> subprocess.Popen[str]:
    folder = str(home.path)
    return subprocess.Popen(  # noqa: S603 - the chromedriver of the settings
        [sys.executable, "-I", "-S", leash.__file__, folder, str(chromedriver), f"--port={_free_port()}"],
        # The second is for the crash handlers: a dump holds what was on the page.
        env={**os.environ, "TMPDIR": folder, "XDG_CONFIG_HOME": folder},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=[home.lock],
        start_new_session=True,  # a Ctrl-C in the terminal is for the scraper alone
        text=True,
    )
