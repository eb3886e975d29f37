"""How these tests fetch a picture and open it."""

import io

from aiohttp import ClientResponse, ClientSession
from PIL import Image

from tests.pictureweb.kinds import KINDS
from tests.pictureweb.site import PictureWeb

NUMBER = 123_456_789


def url(site: PictureWeb, kind: str, number: int = NUMBER) -> str:
    return f"http://{site.addresses[6]}/{kind}/{number}.{KINDS[kind].extension}"


async def got(client: ClientSession, address: str) -> tuple[ClientResponse, bytes]:
    async with client.get(address) as answer:
        return answer, await answer.read()


def load(body: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(body))
    picture.load()
    return picture
