"""Other ways to the same ZIP: curl and zip, the original's loop, img2dataset. Each a process, from start to end."""

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from deploy.local.artefacts import LOCAL, made_once
from deploy.local.chromium import chromium
from deploy.local.debian import program

PINS = Path(__file__).with_name("peers.txt")

ORIGINAL = """
import io, sys, zipfile, requests
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as archive:
    for number, address in enumerate(open(sys.argv[1]).read().split()):
        archive.writestr(f"{number}.jpg", requests.get(address, verify=sys.argv[3]).content)
"""
"""One request after the other, then a deflated ZIP."""


def peers() -> Path:
    """The Python of a venv of their own: what they pin does not go with what we pin."""

    def make(folder: Path) -> None:
        venv.create(folder, with_pip=True)
        pip = (folder / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes")
        subprocess.run([*pip, "-r", PINS], check=True)

    return made_once(LOCAL / "peers", recipe=PINS, make=make) / "bin/python"


def curl_and_zip(folder: Path, addresses: Sequence[str], authorities: Path) -> None:
    """50 at once, as it does by itself."""
    lines = [f'url = "{address}"\noutput = "{folder}/{number}.jpg"' for number, address in enumerate(addresses)]
    (folder / "list").write_text("\n".join(lines))
    command = (
        program("curl", package="curl"),
        "-s",
        "-Z",
        "--cacert",
        authorities,
        "--parallel-max",
        "50",
        "-K",
        folder / "list",
    )
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # its progress is not to be silenced otherwise
    subprocess.run(
        [program("zip", package="zip"), "-q", "-0", "-r", folder / "all.zip", folder, "-i", "*.jpg"], check=True
    )


def original(folder: Path, addresses: Sequence[str], authorities: Path) -> None:
    (folder / "list").write_text("\n".join(addresses))
    command = (peers(), "-c", ORIGINAL, folder / "list", folder / "all.zip", authorities)
    subprocess.run(command, check=True)


def img2dataset(folder: Path, addresses: Sequence[str], authorities: Path) -> None:
    """Two processes of 64 threads, no resizing, into a tar, which is stored too."""
    (folder / "list").write_text("\n".join(addresses))
    command = (
        *(peers().with_name("img2dataset"), f"--url_list={folder}/list", f"--output_folder={folder}/out"),
        *("--processes_count=2", "--thread_count=64", "--resize_mode=no", "--output_format=webdataset"),
    )
    environment = {"SSL_CERT_FILE": str(authorities), "NO_ALBUMENTATIONS_UPDATE": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = [json.loads(path.read_text()) for path in folder.glob("out/*_stats.json")]
    if done.returncode or sum(one["successes"] for one in told) != len(addresses):
        raise RuntimeError(f"img2dataset: {done.stderr[-500:]}")


def versions() -> str:
    curl = _said(program("curl", package="curl"), "--version").split(" (")[0]
    packed = re.search(r"This is (Zip [\d.]+)", _said(program("zip", package="zip"), "-v"))
    nginx = _said(program("nginx", package="nginx-light"), "-v").strip().removeprefix("nginx version: ")
    browser = " ".join(_said(chromium(os.environ).browser, "--version").split()[:2])
    frozen = _said(str(peers()), "-m", "pip", "freeze").split()
    pinned = [line for line in frozen if line.startswith(("img2dataset==", "requests=="))]
    ours = [f"{name}=={version(name)}" for name in ("aiohttp", "pillow")]
    zipped = packed[1] if packed else "Zip"
    return ", ".join((curl, zipped, nginx, browser, *pinned, *ours, f"Python {sys.version.split()[0]}"))


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout or done.stderr
