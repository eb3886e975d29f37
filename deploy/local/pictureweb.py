"""The picture web of the tests: a search site and sixty picture hosts on this machine."""

import sys
from dataclasses import dataclass

from deploy.local.plan import port_setting
from deploy.local.ports import LOOPBACK
from deploy.local.programs import Program
from deploy.local.web import is_ok
from tests.pictureweb.addresses import engine_urls, picture_addresses


@dataclass(frozen=True)
class PictureWeb:
    port: int

    def program(self) -> Program:
        command = (sys.executable, "-m", "tests.pictureweb", "--port", str(self.port))
        return Program("pictures", command, {"PYTHONUNBUFFERED": "1"}, ports={port_setting("pictures"): self.port})

    def answers(self) -> bool:
        return is_ok(f"http://{LOOPBACK}:{self.port}/healthz")

    def settings(self) -> dict[str, str]:
        """What makes the services search it, and download from it although its addresses are private."""
        urls = engine_urls(self.port)
        return {
            "AID_ENGINES": ",".join(urls),
            **{f"AID_{engine.upper()}_URL": url for engine, url in urls.items()},
            # So that whoever tries out a captcha here finds the engine well again soon.
            "AID_COOL_DOWN_MINUTES": "0.2",
            # Its thumbnails bear the addresses of the real engines, where nobody is to be asked for them.
            "AID_THUMBNAILS": "never",
            "AID_ALLOWED_PRIVATE_ADDRESSES": ",".join(picture_addresses(self.port)),
        }
