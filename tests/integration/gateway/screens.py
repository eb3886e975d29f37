"""Pictures of the real pages for docs/screens: `python -m tests.integration.gateway.screens`.

Starts its own Kafka and Cassandra, lays every page out on a phone or a desktop, by day and by night, side by side.
"""

import asyncio
import base64
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PIL import Image
from selenium.webdriver import Chrome

from bench.servers import real_servers
from deploy.local.ports import free_ports
from shared.provision import ProvisionSettings, create_tables, create_topics
from tests.integration.conftest import Backbone
from tests.integration.gateway.chrome import browsing, choose_a_time, fill_in, prefer, show_on, submit
from tests.integration.gateway.gallery import every_page
from tests.integration.gateway.gateways import serving_gateway
from tests.integration.gateway.landscapes import contact_sheet

FOLDER = Path(__file__).parents[3] / "docs" / "screens"

PHONE, DESKTOP = 390, 1280
LIGHT, DARK = "light", "dark"
WRONG = "form with errors"
ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Shot:
    page: str
    width: int
    look: str


def beside(width: int, *pages: str, looks: tuple[str, ...] = (LIGHT, DARK)) -> list[Shot]:
    return [Shot(page, width, look) for page in pages for look in looks]


SCREENS = {
    "form": beside(DESKTOP, "form"),
    "form-with-errors": beside(DESKTOP, WRONG),
    "form-on-a-phone": [Shot("form", PHONE, LIGHT), Shot(WRONG, PHONE, DARK)],
    "waiting": beside(DESKTOP, "scheduled"),
    "running": beside(DESKTOP, "running"),
    "ready": beside(DESKTOP, "completed"),
    "status-on-a-phone": [
        shot
        for page, look in zip(("accepted", "running", "completed", "failed"), (LIGHT, DARK) * 2, strict=True)
        for shot in beside(PHONE, page, looks=(look,))
    ],
    "ended": [Shot("failed", DESKTOP, LIGHT), Shot("cancelled", DESKTOP, DARK)],
    "links": [
        Shot("link expired", PHONE, LIGHT),
        Shot("invalid link", PHONE, DARK),
        Shot("nothing here", PHONE, LIGHT),
        Shot("archive away", PHONE, DARK),
        Shot("this was not me", PHONE, LIGHT),
    ],
}
"""By file, what stands in it from left to right."""

SCALE = {PHONE: 0.65, DESKTOP: 0.55}
TALLEST = 1240
"""In CSS pixels; what is below is cut off."""
GAP = 20
AROUND = "#8792a8"
COLOURS = 256


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        archives = home / "archives"
        archives.mkdir()
        FOLDER.mkdir(exist_ok=True)
        with real_servers(home) as (kafka_url, cassandra_hosts):
            asyncio.run(take_from(kafka_url, cassandra_hosts, archives, home / "profile"))


async def take_from(kafka_url: str, cassandra_hosts: str, archives: Path, profile: Path) -> None:
    backbone = Backbone(kafka_url, cassandra_hosts, "screens")
    settings = ProvisionSettings(kafka_url=kafka_url, cassandra_hosts=cassandra_hosts, cassandra_keyspace="screens")
    await create_tables(settings)
    await create_topics(settings)
    (port,) = free_ports(1)
    site = f"http://127.0.0.1:{port}"
    async with serving_gateway(backbone, archives, port=port, public_url=site) as gateway:
        pages = await every_page(gateway, sheet=contact_sheet())
        await asyncio.to_thread(take_all, site, pages, profile)


def take_all(site: str, pages: dict[str, str], profile: Path) -> None:
    with browsing(profile) as chrome:
        chrome.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ZONE})
        chrome.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        for name, shots in SCREENS.items():
            composed = side_by_side([take(chrome, site + pages.get(shot.page, "/"), shot) for shot in shots])
            in_few_colours(composed).save(FOLDER / f"{name}.png", optimize=True)


def take(chrome: Chrome, url: str, shot: Shot) -> Image.Image:
    prefer(chrome, shot.look)
    show_on(chrome, shot.width)
    chrome.get(url)
    if shot.page == WRONG:
        choose_a_time(chrome)
        fill_in(chrome, {"search-query": "red pandas", "date": "2020-01-01", "email": "wsq.wee@", "images": "501"})
        submit(chrome)
    chrome.execute_script("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    chrome.execute_async_script("Promise.all([...document.images].map((image) => image.decode())).then(arguments[0])")
    taken = chrome.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    image = Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, TALLEST)))
    scale = SCALE[shot.width]
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)


def side_by_side(images: list[Image.Image]) -> Image.Image:
    width = sum(image.width + GAP for image in images) + GAP
    composed = Image.new("RGB", (width, max(image.height for image in images) + 2 * GAP), AROUND)
    left = GAP
    for image in images:
        composed.paste(image, (left, GAP))
        left += image.width + GAP
    return composed


def in_few_colours(image: Image.Image) -> Image.Image:
    """A page has few colours, and those exactly; Pillow's own choices shift them all for the sake of its pictures."""
    counted = cast("list[tuple[int, tuple[int, ...]]]", image.getcolors(image.width * image.height))
    most = [colour for _, colour in sorted(counted, reverse=True)[:COLOURS]]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in most for part in colour])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main()
