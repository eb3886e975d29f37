import os
from pathlib import Path

from deploy.local.chromium import chromium
from deploy.local.journey import Form, Wish, fetch_zip, wait_for_link, wait_for_start
from deploy.local.timing import timed
from deploy.local.zips import check_zip
from tests.deploy.compose.system import System

WISH = Wish(query="red pandas", images=60, email="journey@example.com")


def test_a_job_goes_from_the_form_to_the_zip_in_the_mail(system: System, tmp_path: Path) -> None:
    mailbox = system.mailbox(WISH.email)
    with timed("form sent"), Form.opened(system.web_url, chromium(os.environ)) as form:
        form.submit(WISH)
    with timed("started mail"):
        wait_for_start(mailbox)
    with timed("ready mail"):
        link = wait_for_link(mailbox)
    with timed("download"):
        fetch_zip(link, tmp_path / "pictures.zip")
    check_zip(tmp_path / "pictures.zip", pictures=WISH.images)


def test_every_container_is_healthy_and_none_was_started_twice(system: System) -> None:
    states = {container.service: container.state() for container in system.containers()}
    once = states.pop("provision")["State"]
    assert (once["Status"], once["ExitCode"]) == ("exited", 0)
    assert {name: state["State"]["Health"]["Status"] for name, state in states.items()} == dict.fromkeys(
        states, "healthy"
    )
    assert {name: state["RestartCount"] for name, state in states.items()} == dict.fromkeys(states, 0)


def test_cassandra_has_on_its_disk_what_it_confirms(system: System) -> None:
    (cassandra,) = system.containers("cassandra")
    query = "SELECT name, value FROM system_views.settings WHERE name IN ('commitlog_sync', 'paxos_variant')"
    told = system.docker.inside(cassandra.id, "cqlsh", "-e", query)
    assert told.stdout.split() == ["commitlog_sync", "batch", "paxos_variant", "v2"]
