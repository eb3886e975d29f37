"""Jobs as a program asks for them, by the API of the gateway."""

import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from deploy.local.journey import READY, STARTED, fetch_zip, wait_for_link
from deploy.local.web import OPENER, read
from deploy.local.zips import check_zip
from tests.deploy.compose.system import System

ONE_OF_EACH = sorted([STARTED, READY])


@dataclass(frozen=True)
class Asked:
    system: System
    id: str
    email: str
    images: int

    def ends_well(self, folder: Path, *, patience: float = 300.0) -> None:
        """The ready mail comes, and its link leads to a ZIP that holds what was asked."""
        link = wait_for_link(self.system.mailbox(self.email), patience=patience)
        file = folder / f"{self.id}.zip"
        fetch_zip(link, file)
        check_zip(file, pictures=self.images)

    def mails(self) -> list[str]:
        """The subjects of all that came."""
        listed = json.loads(read(f"http://127.0.0.1:{self.system.mail_port}/messages/"))["messages"]
        return sorted(mail["subject"] for mail in listed if self.email in str(mail["recipients"]))


def ask(system: System, *, query: str, images: int, email: str) -> Asked:
    body = json.dumps({"search-query": query, "images": images, "email": email}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{system.web_url}/api/v1/jobs", body, headers)  # noqa: S310 - our own gateway
    with OPENER.open(request, timeout=20):
        accepted = [line for line in system.said("gateway") if line["event"] == "job_accepted"]
    return Asked(system, accepted[-1]["job_id"], email, images)
