"""`python -m deploy.local.demo`: one job on this machine alone, from the form to the ZIP in the mail."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.artefacts import LOCAL
from deploy.local.chromium import Chromium
from deploy.local.failures import LocalFailure, told_to_the_person
from deploy.local.homes import LOCK, alone_in
from deploy.local.journey import Form, Wish, fetch_zip, wait_for_link, wait_for_start
from deploy.local.mailbox import Mailbox
from deploy.local.plan import Plan, Ports
from deploy.local.processes import Processes
from deploy.local.programs import shown
from deploy.local.setup import set_up
from deploy.local.stack import Stack, down
from deploy.local.timing import say, timed
from deploy.local.zips import check_zip

HOME = LOCAL / "demo"
WISH = Wish(query="red pandas", images=60, email="demo@example.com")


def main() -> None:
    """Ports nobody uses and a home of its own: it runs beside `make up`."""
    processes = Processes(HOME)
    with alone_in(HOME), timed("all of it"):
        down(processes)  # whatever a killed demo left
        _empty(HOME)
        with timed("set-up"):
            tools = set_up(os.environ)
        plan = Plan(HOME, Ports.free(), local_engines=True, chosen={})
        try:
            Stack(plan, tools, processes, say).up()
            _go(plan, tools.chromium, processes)
        finally:
            with timed("stopping"):
                down(processes)
    print(f"the ZIP           {shown(HOME / 'pictures.zip')}")


def _empty(home: Path) -> None:
    for path in home.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _go(plan: Plan, chromium: Chromium, processes: Processes) -> None:
    file = plan.home / "pictures.zip"
    mailbox = Mailbox(plan.mail_url, WISH.email)
    with _step("form sent", "gateway", processes), Form.opened(plan.web_url, chromium) as form:
        form.submit(WISH)
    with _step("started mail", "notifier", processes):
        wait_for_start(mailbox)
    with _step("ready mail", "packager", processes):
        link = wait_for_link(mailbox)
    with _step("download", "gateway", processes):
        fetch_zip(link, file)
    with _step("ZIP checked", "packager", processes):
        check_zip(file, pictures=WISH.images)


@contextmanager
def _step(what: str, service: str, processes: Processes) -> Iterator[None]:
    """A failure names the log of the service that ended meanwhile, or else of the one whose turn it was."""
    try:
        with timed(what):
            yield
    except LocalFailure as failure:
        ended = [name for name in processes.names() if not processes.runs(name)]
        raise LocalFailure(f"{failure}; read {shown(processes.log((*ended, service)[0]))}") from failure


if __name__ == "__main__":
    sys.exit(told_to_the_person(main))
