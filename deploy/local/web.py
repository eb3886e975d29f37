"""Read from servers on loopback."""

import shutil
import urllib.request
from http import HTTPStatus
from pathlib import Path

# A proxy of the environment is for the world outside, not for loopback.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def is_ok(url: str) -> bool:
    """Whether a GET is answered with 200 within 2 seconds."""
    try:
        with OPENER.open(url, timeout=2) as response:
            return bool(response.status == HTTPStatus.OK)
    except OSError:
        return False


def read(url: str) -> bytes:
    """The body; OSError for any answer but a good one."""
    with OPENER.open(url, timeout=10) as response:
        return bytes(response.read())


def download(url: str, file: Path) -> None:
    with OPENER.open(url, timeout=60) as response, file.open("wb") as output:
        shutil.copyfileobj(response, output)
