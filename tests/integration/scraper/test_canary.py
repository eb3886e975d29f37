"""The canary as a person or a timer starts it, on the local picture web."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.scraper.canary import CANNOT_RUN, DRIFT, UNKNOWN, WELL
from tests.pictureweb.site import PictureWeb

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Canary:
    urls: Mapping[str, str]
    folder: Path

    async def run(self, query: str, engines: str, **environment: str) -> tuple[int | None, str]:
        """Exit status, and what it said: it needs neither Kafka nor Cassandra."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.scraper", "canary"),
            *("--query", query, "--engines", engines, "--save", str(self.folder)),
            env={**os.environ, **self.urls, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode, said.decode()

    def saved(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*"))


@pytest.fixture
def canary(pictures: PictureWeb, tmp_path: Path) -> Canary:
    urls = {f"AID_{engine.upper()}_URL": url for engine, url in pictures.engine_urls.items()}
    return Canary(urls | {"AID_GOOGLE_URL": pictures.google_url}, tmp_path / "canary")


async def test_all_engines_are_well(canary: Canary) -> None:
    status, said = await canary.run("red panda", "google,bing,duckduckgo,openverse,commons")

    assert status == WELL, said
    assert said.endswith("\nall well\n")
    assert max(map(len, said.splitlines())) <= 80
    assert canary.saved() == ["worked.json"]


async def test_a_page_that_cannot_be_read_any_more_is_drift_and_saved(canary: Canary) -> None:
    await canary.run("red panda", "bing")

    status, said = await canary.run("red panda bing:changed", "bing,openverse")

    assert status == DRIFT, said
    page, memory = canary.saved()
    assert (page.startswith("bing-tiles-20"), page.endswith(".html"), memory) == (True, True, "worked.json")
    assert f"saved {canary.folder / page}" in said


async def test_a_google_that_cannot_be_read_any_more_is_photographed(canary: Canary) -> None:
    status, said = await canary.run("red panda gate:shell", "google")

    assert status == DRIFT, said
    assert [name.rpartition(".")[2] for name in canary.saved()] == ["html", "png", "json"]


@pytest.mark.parametrize(("query", "address"), [("red panda openverse:429", ""), ("red panda", "http://127.0.0.1:9")])
async def test_an_engine_that_refuses_or_is_away_is_no_drift(query: str, address: str, canary: Canary) -> None:
    environment = {"AID_OPENVERSE_URL": address} if address else {}

    status, said = await canary.run(query, "openverse,commons", **environment)

    assert status == UNKNOWN, said
    assert canary.saved() == ["worked.json"]


async def test_a_wrong_setting_is_named(canary: Canary) -> None:
    status, said = await canary.run("red panda", "openverse,altavista")

    assert (status, said.partition(":")[0]) == (CANNOT_RUN, "AID_ENGINES")
